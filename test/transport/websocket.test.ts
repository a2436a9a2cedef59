import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { expect } from 'chai'
import { type WebSocket, WebSocketServer } from 'ws'

import { DialError, type LinkLimits } from '../../src/transport/link.js'
import { dialWebSocket, webSocketLink } from '../../src/transport/websocket/index.js'
import { type Bed, type Garbage, LIMITS, linkContract, type RawLink } from './contract.js'
import { numbered, Recorder, until } from './recorder.js'

class Server {
  readonly #server: WebSocketServer
  onSocket: (socket: WebSocket) => void = () => undefined

  private constructor(server: WebSocketServer) {
    this.#server = server
    server.on('connection', (socket) => this.onSocket(socket))
  }

  static async start(maxPayload: number): Promise<Server> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, maxPayload })
    await once(server, 'listening')
    return new Server(server)
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function webSocketBed(): Bed {
  const servers: Server[] = []
  const start = async (limits: LinkLimits): Promise<Server> => {
    const server = await Server.start(limits.maxMessageBytes)
    servers.push(server)
    return server
  }
  const bare = async (
    limits: LinkLimits
  ): Promise<{ link: Awaited<ReturnType<typeof dialWebSocket>>; socket: WebSocket }> => {
    const server = await start(limits)
    let socket: WebSocket | undefined
    server.onSocket = (accepted) => (socket = accepted)
    const link = await dialWebSocket(server.url, limits)
    await until(() => socket !== undefined)
    return { link, socket: socket! }
  }
  return {
    // What two kernels hold for a TCP connection on loopback: a few megabytes each, as they like.
    keepsData: true,
    networkBytes: 32 * 1024 * 1024,
    async open(limits, onNear, onFar) {
      const server = await start(limits)
      server.onSocket = (socket) => onFar(webSocketLink(socket, limits))
      onNear(await dialWebSocket(server.url, limits))
    },
    async slow(limits) {
      const { link, socket } = await bare(limits)
      const received: Uint8Array[] = []
      socket.on('message', (data) => received.push(data as Buffer))
      return { link, received, stall: () => socket.pause(), resume: () => socket.resume() }
    },
    async raw(limits): Promise<RawLink> {
      const { link, socket } = await bare(limits)
      return { link, write: (bytes) => socket.send(bytes), finish: () => socket.close() }
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()))
    }
  }
}

const GOOD = Uint8Array.of(1, 2, 3)

const garbage: Garbage = {
  'an empty message': (raw) => {
    raw.write(GOOD)
    raw.write(new Uint8Array(0))
  },
  'a message longer than allowed': (raw) => {
    raw.write(GOOD)
    raw.write(new Uint8Array(LIMITS.maxMessageBytes + 1))
  },
  'a text message': (raw) => {
    raw.write(GOOD)
    // What `ws` sends for a string is a text message.
    raw.write('hello' as unknown as Uint8Array)
  }
}

describe('transport: websocket', () => {
  linkContract(webSocketBed, garbage)

  describe('dialling', () => {
    const failure = async (dial: Promise<unknown>): Promise<string> => {
      const error = await dial.then(
        () => undefined,
        (thrown: unknown) => thrown
      )
      expect(error).to.be.instanceOf(DialError)
      return (error as DialError).message
    }

    it('says in one line why it failed', async () => {
      expect(await failure(dialWebSocket('ws://127.0.0.1:1', LIMITS))).to.equal(
        'cannot reach ws://127.0.0.1:1: nobody listens there'
      )
      expect(await failure(dialWebSocket('http//what', LIMITS))).to.include('not a ws:// or wss:// URL')
    })

    it('says when the server is no WebSocket server', async () => {
      const { createServer } = await import('node:http')
      const server = createServer((_request, response) => response.writeHead(404).end()).listen(
        0,
        '127.0.0.1'
      )
      await once(server, 'listening')
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
      expect(await failure(dialWebSocket(url, LIMITS))).to.include('HTTP 404')
      await new Promise((resolve) => server.close(resolve))
    })

    it('can be aborted, before and on its way', async () => {
      const server = await Server.start(1024)
      expect(await failure(dialWebSocket(server.url, LIMITS, AbortSignal.abort()))).to.include('aborted')
      const controller = new AbortController()
      const dial = dialWebSocket(server.url, LIMITS, controller.signal)
      controller.abort()
      expect(await failure(dial)).to.include('aborted')
      await server.close()
    })
  })

  it('a connection that breaks is lost', async () => {
    const server = await Server.start(1024)
    let far: WebSocket | undefined
    server.onSocket = (socket) => (far = socket)
    const end = new Recorder(await dialWebSocket(server.url, LIMITS))
    await until(() => far !== undefined)
    far!.terminate()
    await until(() => end.ends.length > 0)
    expect(end.ends).to.deep.equal(['lost'])
    expect(end.link.send('control', numbered(1, 10))).to.equal(false)
    await server.close()
  })
})
