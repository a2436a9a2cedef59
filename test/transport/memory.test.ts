import { expect } from 'chai'

import { MemoryLink, MemoryNetwork } from '../../src/transport/memory.js'
import { type Bed, LIMITS, linkContract } from './contract.js'
import { numbered, Recorder, until } from './recorder.js'
import { type TransportBed, transportContract } from './transport-contract.js'

const NEAR = new Uint8Array(32).fill(1)
const FAR = new Uint8Array(32).fill(2)

function memoryBed(): Bed {
  const network = new MemoryNetwork()
  return {
    raw: undefined,
    keepsData: true,
    // The network's own 16 KiB, and a message.
    networkBytes: 17 * 1024,
    async open(limits, onNear, onFar) {
      const [near, far] = [network.transport(NEAR, limits), network.transport(FAR, limits)]
      far.onLink = onFar
      onNear(await near.dial(FAR, far.addresses))
    },
    async slow(limits) {
      const received: Uint8Array[] = []
      const [near, far] = [network.transport(NEAR, limits), network.transport(FAR, limits)]
      let other: MemoryLink | undefined
      far.onLink = (link) => {
        if (link instanceof MemoryLink) other = link
        link.onMessage = (message) => received.push(message)
      }
      const link = await near.dial(FAR, far.addresses)
      await until(() => other !== undefined)
      return { link, received, stall: () => other!.pause(), resume: () => other!.resume() }
    },
    close: () => Promise.resolve()
  }
}

function memoryTransports(): TransportBed {
  const network = new MemoryNetwork()
  return {
    make: (id, limits) => Promise.resolve(network.transport(id, limits)),
    id: (index) => new Uint8Array(32).fill(index),
    nowhere: 'memory:999'
  }
}

describe('transport: memory', () => {
  linkContract(memoryBed)
  transportContract(memoryTransports)

  it('a message that is too long for the receiver ends the link there as malformed', async () => {
    const network = new MemoryNetwork()
    const near = network.transport(NEAR, LIMITS)
    const far = network.transport(FAR, { ...LIMITS, maxMessageBytes: 100 })
    let end: Recorder | undefined
    far.onLink = (link) => (end = new Recorder(link))
    const start = new Recorder(await near.dial(FAR, far.addresses))
    start.link.send('data', numbered(1, 101))
    await until(() => start.ends.length > 0)
    expect([end?.ends, start.ends, end?.messages]).to.deep.equal([['malformed'], ['lost'], []])
  })

  it('a crash looks like a lost connection to the others', async () => {
    const network = new MemoryNetwork()
    const [near, far] = [network.transport(NEAR, LIMITS), network.transport(FAR, LIMITS)]
    let end: Recorder | undefined
    far.onLink = (link) => (end = new Recorder(link))
    const start = new Recorder(await near.dial(FAR, far.addresses))
    await until(() => end !== undefined)
    far.crash()
    await until(() => start.ends.length > 0)
    expect([start.ends, end?.ends ?? []]).to.deep.equal([['lost'], []])
  })
})
