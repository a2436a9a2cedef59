import { expect } from 'chai'
import { MAX_PATH } from '../../src/protocol/limits.js'
import { gather } from './crowd.js'
import type { Member, World } from './world.js'

/** For how long a member may stand below itself: two links' delay, for the PATH that tells of it, and a bit. */
const A_MOMENT_MS = 200

/** Follows a stripe up from a member; true if it comes back to it. */
function isBelowItself(world: World, member: Member, stripe: number): boolean {
  const seen = new Set<Member>()
  for (let at = world.parentsOf(member)[stripe]; at !== undefined; at = world.parentsOf(at)[stripe]) {
    if (at === member) return true
    if (seen.has(at)) return false
    seen.add(at)
  }
  return false
}

describe('loops', () => {
  it('live no longer than a moment, whatever dies, and no packet passes more links than a path may have', () => {
    const { world, listeners } = gather({ listeners: 0, showMs: 20_000, origin: { maxChildren: 1 } })
    let mostHops = 0
    world.onMessage = (_from, _to, message) => {
      if (message.type === 'data') mostHops = Math.max(mostHops, message.hops)
    }
    for (let i = 0; i < 25; i++) listeners.push(world.add(`listener${i}`, { maxChildren: 2 }))
    const since = new Map<string, number>()
    for (let step = 0; step < 400; step++) {
      world.run(50)
      if (step > 60 && step % 40 === 0) world.kill(listeners[step / 40]!)
      for (const member of listeners) {
        for (let stripe = 0; stripe < 4; stripe++) {
          const key = `${member.name} ${stripe}`
          if (member.done || !isBelowItself(world, member, stripe)) since.delete(key)
          else {
            since.set(key, since.get(key) ?? world.now)
            expect(world.now - since.get(key)!, key).to.be.at.most(A_MOMENT_MS)
          }
        }
      }
    }
    expect(mostHops).to.be.within(2, MAX_PATH)
  })
})
