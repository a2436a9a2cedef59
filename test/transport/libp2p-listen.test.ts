import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

import { expect } from 'chai'

import { TreecastError } from '../../src/protocol/errors.js'
import { libp2pTransport, type Libp2pTransportOptions } from '../../src/transport/libp2p/index.js'
import { DialError } from '../../src/transport/link.js'
import { LIMITS } from './contract.js'
import { id, make, seed } from './libp2p-bed.js'

describe('transport: libp2p listening', () => {
  const start = (
    listen: Libp2pTransportOptions['listen'],
    maxLinks = 4
  ): ReturnType<typeof libp2pTransport> =>
    libp2pTransport({ privateKeySeed: seed(0), listen, limits: LIMITS, maxLinks })

  async function refusal(listen: Libp2pTransportOptions['listen']): Promise<string> {
    const error = await start(listen).then(
      () => undefined,
      (thrown: unknown) => thrown
    )
    expect(error).to.be.instanceOf(TreecastError)
    expect((error as TreecastError).code).to.equal('cannot-listen')
    return (error as TreecastError).message
  }

  it('picks free ports for TCP and WebSocket, and tells them', async () => {
    const transport = await start({ host: 'localhost', port: 0, webSocketPort: 0 })
    expect(transport.addresses).to.have.length(2)
    expect(transport.addresses[0]).to.match(/^\/ip[46]\/[^/]+\/tcp\/[1-9]\d*$/)
    expect(transport.addresses[1]).to.match(/^\/ip[46]\/[^/]+\/tcp\/[1-9]\d*\/ws$/)
    await transport.close()
  })

  it('has no address when it only dials, and can dial', async () => {
    const [near, far] = [await start(undefined), await make(1, LIMITS)]
    expect(near.addresses).to.deep.equal([])
    const link = await near.dial(id(1), far.addresses)
    expect(link.transport).to.equal('libp2p-tcp')
    await Promise.all([near.close(), far.close()])
  })

  it('says in one line that the port is in use, for either carrier', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const line = `cannot listen on 127.0.0.1, port ${port}: it is in use; stop what listens there, or choose another port (0 picks a free one)`
    expect(await refusal({ host: '127.0.0.1', port })).to.equal(line)
    expect(await refusal({ host: '127.0.0.1', port: 0, webSocketPort: port })).to.equal(line)
    await new Promise((resolve) => server.close(resolve))
  })

  it('says in one line that the address is not this machine’s', async () => {
    // TEST-NET-1 of RFC 5737, which no machine has.
    expect(await refusal({ host: '192.0.2.1', port: 0 })).to.include(
      'cannot listen on 192.0.2.1, port 0: this machine has no such address'
    )
  })

  it('dials no further than its limit of links', async () => {
    const [near, far] = [await start(undefined, 1), await make(1, LIMITS)]
    await near.dial(id(1), far.addresses)
    const error = await near.dial(id(1), far.addresses).catch((thrown: unknown) => thrown)
    expect(error).to.be.instanceOf(DialError)
    await Promise.all([near.close(), far.close()])
  })

  it('gives up a dial that nobody answers', async () => {
    const mute = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const near = await libp2pTransport({
      privateKeySeed: seed(0),
      listen: undefined,
      limits: LIMITS,
      maxLinks: 1,
      dialTimeoutMs: 50
    })
    const address = `/ip4/127.0.0.1/tcp/${(mute.address() as AddressInfo).port}`
    const error = (await near.dial(id(1), [address]).catch((thrown: unknown) => thrown)) as Error
    expect(error.message).to.equal(`cannot reach the peer at ${address}: no answer within 50 ms`)
    await near.close()
    await new Promise((resolve) => mute.close(resolve))
  })
})
