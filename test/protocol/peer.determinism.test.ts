import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { gather } from './crowd.js'

function digest(): string {
  const hash = createHash('sha256')
  const { world, listeners } = gather({ listeners: 0, showMs: 8_000 })
  world.onStep = (member, input, outputs) => {
    hash.update(`${world.now} ${member.name} ${input.type}\n`)
    for (const output of outputs) {
      hash.update(output.type)
      if ('bytes' in output) hash.update(output.bytes)
      if ('packet' in output) hash.update('bytes' in output.packet ? output.packet.bytes : output.packet)
      if ('link' in output) hash.update(String(output.link))
    }
  }
  for (let i = 0; i < 15; i++) {
    listeners.push(world.add(`listener${i}`))
    world.run(100)
  }
  world.kill(listeners[2]!)
  world.run(10_000)
  return hash.digest('hex')
}

describe('the same seeds', () => {
  it('give the same outputs, byte for byte', () => {
    expect(digest()).to.equal(digest())
  })
})
