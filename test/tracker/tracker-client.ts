/** A peer as a tracker sees one, by hand: a WebSocket, and the messages on it. */

import { WebSocket } from 'ws'
import type { Join, Message } from '../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { ALL_WAYS } from '../../src/protocol/wire/ways.js'

export const someBroadcast = { publisher: new Uint8Array(32).fill(7), name: 'show' }

export function joinOf(n: number, change: Partial<Join> = {}): Join {
  const peerId = new Uint8Array(32)
  new DataView(peerId.buffer).setUint32(0, n)
  return {
    type: 'join',
    minVersion: 1,
    maxVersion: 1,
    peerId,
    broadcast: someBroadcast,
    role: 'listener',
    freeSlots: 4,
    wanted: 8,
    addresses: [`/ip4/192.0.2.1/tcp/${1000 + n}`],
    ways: ALL_WAYS,
    ...change
  }
}

export const originOf = (n: number, change: Partial<Join> = {}): Join =>
  joinOf(n, { role: 'origin', wanted: 0, freeSlots: 16, ...change })

export class Client {
  readonly socket: WebSocket
  readonly messages: Message[] = []
  /** The HTTP status where there was no upgrade. */
  readonly opened: Promise<number>
  readonly closed: Promise<void>
  private readonly waiting = new Set<() => void>()
  private isClosed = false

  constructor(url: string, headers: Readonly<Record<string, string>> = {}, ca?: Buffer) {
    this.socket = new WebSocket(url, { headers: { ...headers }, ...(ca === undefined ? {} : { ca }) })
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve(101))
      this.socket.once('unexpected-response', (request, response) => {
        request.destroy()
        resolve(response.statusCode ?? 0)
      })
      this.socket.on('error', reject)
    })
    this.opened.catch(() => undefined)
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.isClosed = true
        this.wake()
        resolve()
      })
    })
    this.socket.on('message', (data) => {
      this.messages.push(...decodeMessages(new Uint8Array(data as Buffer)))
      this.wake()
    })
  }

  send(message: Message): void {
    this.socket.send(encodeMessage(message))
  }

  /** The first message, from the `from`th on, that passes. */
  async message<Type extends Message['type']>(
    type: Type,
    test: (message: Extract<Message, { type: Type }>) => boolean = () => true,
    from = 0
  ): Promise<Extract<Message, { type: Type }>> {
    for (;;) {
      for (const message of this.messages.slice(from)) {
        if (message.type !== type) continue
        const right = message as Extract<Message, { type: Type }>
        if (test(right)) return right
      }
      if (this.isClosed) throw new Error(`closed without a ${type}`)
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  close(): Promise<void> {
    this.socket.close()
    return this.closed
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}

/** Connected and welcomed. */
export async function joined(url: string, join: Join, headers?: Record<string, string>): Promise<Client> {
  const client = new Client(url, headers)
  await client.opened
  client.send(join)
  await client.message('welcome')
  return client
}

/** What a tracker answers by HTTP. */
export async function ask(url: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url.replace(/^ws/, 'http') + path)
  return { status: response.status, text: await response.text() }
}

export async function askJson(url: string, path: string): Promise<Record<string, unknown>> {
  return JSON.parse((await ask(url, path)).text) as Record<string, unknown>
}
