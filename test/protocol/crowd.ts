/** A crowd around one origin, and what must be true of each listener whatever happened. */

import { expect } from 'chai'
import type { PeerOptions } from '../../src/protocol/peer-options.js'
import { type Member, World } from './world.js'

export interface Crowd {
  readonly world: World
  readonly origin: Member
  readonly listeners: Member[]
}

export interface CrowdOptions {
  readonly listeners: number
  /** The show's length; 0 for none yet. */
  readonly showMs: number
  /** Between one join and the next. */
  readonly everyMs?: number
  /** How many times faster than it sounds the source gives its frames. */
  readonly speed?: number
  readonly peer?: Partial<PeerOptions>
  readonly origin?: Partial<PeerOptions>
  /** To look at everything from the start. */
  readonly prepare?: (world: World) => void
}

/** An origin that is on the air, and listeners that join one after the other. Returns when the last has been added. */
export function gather(options: CrowdOptions): Crowd {
  const world = new World()
  options.prepare?.(world)
  const origin = world.addOrigin(options.origin)
  world.run(100)
  if (options.showMs > 0) world.show(origin, options.showMs, options.speed)
  const listeners: Member[] = []
  for (let i = 0; i < options.listeners; i++) {
    listeners.push(world.add(`listener${i}`, options.peer))
    world.run(options.everyMs ?? 100)
  }
  return { world, origin, listeners }
}

/** The listener that feeds most stripes to others. */
export function busiest(world: World, among: readonly Member[]): Member {
  const load = new Map<Member, number>()
  for (const member of world.members) {
    if (member.done) continue
    for (const parent of world.parentsOf(member))
      if (parent !== undefined) load.set(parent, (load.get(parent) ?? 0) + 1)
  }
  return [...among].sort((a, b) => (load.get(b) ?? 0) - (load.get(a) ?? 0))[0]!
}

/** Every frame from the first that it was given to the show's last, each once, in order; no gap told. */
export function expectWhole(world: World, listener: Member, lastFrame: number): void {
  const frames = world.frames(listener)
  const first = frames[0]
  expect(first, `${listener.name} plays`).to.not.equal(undefined)
  for (const [i, frame] of frames.entries())
    if (frame !== first! + i) expect.fail(`${listener.name}: frame ${frame} follows ${first! + i - 1}`)
  expect(frames.at(-1), `${listener.name}'s last frame`).to.equal(lastFrame)
  expect(world.gaps(listener), `${listener.name}'s gaps`).to.equal(0)
  expect(listener.played.at(-1)?.type, `${listener.name}'s last item`).to.equal('end')
}

export function notices(members: readonly Member[], event: string): number {
  return members.reduce(
    (sum, { notices }) => sum + notices.filter((notice) => notice.event === event).length,
    0
  )
}
