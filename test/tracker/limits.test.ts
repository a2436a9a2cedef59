import { expect } from 'chai'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { MAX_MESSAGE_BYTES, NETWORK_MESSAGES_BURST } from '../../src/protocol/limits.js'
import { LOAD } from '../../src/protocol/tracker/machine.js'
import { MAX_FRAGMENTS, MAX_HEADER_BYTES, PINGS_BURST, RAW_OF_ADDRESS } from '../../src/tracker/limits.js'
import { loadOf } from '../../src/tracker/load.js'
import type { TrackerOptions } from '../../src/tracker/options.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'
import { ask, askJson, Client, joined, joinOf, originOf } from './tracker-client.js'

describe('tracker limits', () => {
  let tracker: TrackerServer
  const sockets: Socket[] = []
  const start = async (options: TrackerOptions = {}): Promise<string> => {
    tracker = await startTracker({ host: '127.0.0.1', port: 0, limitPrivate: true, ...options })
    return tracker.url
  }
  /** A bare connection from an address of this machine. */
  const raw = async (localAddress = '127.0.0.1'): Promise<Socket> => {
    const socket = connect({ port: Number(new URL(tracker.url).port), host: '127.0.0.1', localAddress })
    sockets.push(socket)
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  const gone = async (socket: Socket): Promise<void> => {
    socket.resume()
    if (!socket.closed) await once(socket, 'close')
  }
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await tracker.close(0)
  })

  it('bear so many silent connections of one address, and those of another beside', async () => {
    await start()
    for (let n = 0; n < RAW_OF_ADDRESS; n++) await raw('127.1.1.1')
    await gone(await raw('127.1.1.1'))
    expect(tracker.stats().rejectedFor).to.deep.equal({ unread: 1 })
    const other = await raw('127.1.1.2')
    other.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    const [answer] = (await once(other, 'data')) as [Buffer]
    expect(answer.toString()).to.match(/^HTTP\/1\.1 200/)
    sockets[0]!.destroy()
    while (tracker.stats().raw > RAW_OF_ADDRESS) await new Promise((resolve) => setImmediate(resolve))
    await raw('127.1.1.1')
    expect(tracker.stats().rejectedFor).to.deep.equal({ unread: 1 })
  })

  it('close a connection that does not say what it wants in time', async function () {
    this.timeout(15_000)
    await start()
    const silent = await raw()
    const slow = await raw()
    slow.write('GET / HTTP/1.1\r\nHost: ')
    await Promise.all([gone(silent), gone(slow)])
    expect(tracker.stats().raw).to.equal(0)
  })

  it('refuse headers that are longer than any', async () => {
    await start()
    const socket = await raw()
    socket.write(`GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(MAX_HEADER_BYTES)}`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).to.match(/^HTTP\/1\.1 431/)
    await gone(socket)
  })

  it('let nobody hang on whom they have turned away', async () => {
    const url = await start({ joinBurst: 1, joinsPerSecond: 0.001 })
    await joined(url, joinOf(1))
    const socket = await raw()
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
    )
    await gone(socket)
    expect(tracker.stats().rejectedFor).to.deep.equal({ rate: 1 })
  })

  it('end a giant at its head, before any of it is there', async () => {
    const url = await start()
    const { socket, opened, closed } = new Client(url)
    await opened
    const under = (socket as unknown as { _socket: Socket })._socket
    const head = Buffer.alloc(14)
    head[0] = 0x82
    head[1] = 0xff
    head.writeBigUInt64BE(BigInt(MAX_MESSAGE_BYTES + 1), 2)
    under.write(head)
    await closed
    expect(tracker.stats().connections).to.equal(0)
  })

  it('end a message of many fragments, empty ones too', async () => {
    for (const part of [new Uint8Array(1), new Uint8Array(0)]) {
      const url = await start()
      const { socket, opened, closed } = new Client(url)
      await opened
      for (let n = 0; n <= MAX_FRAGMENTS; n++) socket.send(part, { fin: false })
      await closed
      await tracker.close(0)
    }
  })

  it('agree to no compression', async () => {
    const url = await start()
    const socket = new WebSocket(url, { perMessageDeflate: true })
    await once(socket, 'open')
    expect(socket.extensions).to.equal('')
    socket.terminate()
  })

  it('answer a ping, and end who sends them by the dozen', async () => {
    const url = await start()
    const { socket, opened, closed } = new Client(url)
    await opened
    socket.ping('a')
    expect(String((await once(socket, 'pong'))[0])).to.equal('a')
    for (let n = 0; n < 3 * PINGS_BURST; n++) socket.ping()
    await closed
  })

  it('make newcomers wait beyond what is served a second, and those who work do not wait for long', async () => {
    const url = await start({ servedPerSecond: 2, limitPrivate: false })
    await joined(url, originOf(1))
    for (let n = 2; n <= 4; n++) await joined(url, joinOf(n))
    const waiting = new Client(url)
    await waiting.opened
    waiting.send(joinOf(5))
    const { bits, seed } = await waiting.message('challenge')
    expect(seed).to.have.length(16)
    expect(bits).to.be.at.least(8)
    waiting.send({ type: 'work', nonce: new Uint8Array(8) })
    await waiting.message('welcome')
    expect(tracker.stats()).to.deep.include({
      joins: 5,
      worked: 1,
      shed: { joins: 1, signals: 0, messages: 0 }
    })
  })

  it('count messages of a network, whatever its addresses', async () => {
    const url = await start({ limitPrivate: true, trustedProxies: ['127.0.0.1'], joinBurst: 1_000 })
    const count = NETWORK_MESSAGES_BURST / 10
    const crowd = await Promise.all(
      Array.from({ length: count }, (_, n) =>
        joined(url, joinOf(n), { 'X-Forwarded-For': `198.51.100.${n % 100}` })
      )
    )
    for (let round = 0; round < 19; round++)
      for (const client of crowd) client.send({ type: 'lease', freeSlots: 1, depth: 3 })
    while (tracker.stats().messagesIn < 20 * count) await new Promise((resolve) => setImmediate(resolve))
    const { shed, refused } = tracker.stats()
    expect(shed.messages).to.be.above(0)
    expect(refused, 'and nobody has to go for what others say').to.equal(0)
    for (const { socket } of crowd) socket.terminate()
  })

  describe('of a late processor', () => {
    it('are felt in their order', () => {
      const loads = [0, 49, 50, 99, 100, 400, 800, 10_000].map(loadOf)
      expect(loads).to.deep.equal([0, 0, 1, 1, 2, 3, 4, 4])
      expect(Object.values(LOAD)).to.deep.equal([0, 1, 2, 3, 4])
    })

    it('are told, and statistics are what it does without first', async () => {
      const url = await start()
      await joined(url, originOf(1))
      while (tracker.stats().load < LOAD.stats) {
        const until = performance.now() + 200
        while (performance.now() < until);
        // Longer than one timer: it has to be felt.
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      expect((await ask(url, '/stats.json')).status).to.equal(503)
      expect((await ask(url, '/status-json.xsl')).status).to.equal(503)
      expect(await askJson(url, '/healthz')).to.deep.equal({ status: 'ok' })
      expect((await ask(url, '/metrics')).text).to.match(/^treecast_tracker_load [1-4]$/m)
      await joined(url, joinOf(2))
    })
  })
})
