/**
 * Connections before they have said what they want. Nothing of theirs is read while there are too many of them: the newest of a crowded
 * address or network is closed at once; of too many in all the oldest goes, since whoever means it has spoken long before.
 */

import type { Server, Socket } from 'node:net'
import { plainAddress } from '../protocol/wire/ice.js'
import { Crowding } from './crowding.js'
import { MAX_RAW, RAW_OF_ADDRESS, RAW_OF_NETWORK } from './limits.js'
import type { Networks } from './networks.js'

export interface GateOptions {
  /** Their addresses are not those of people. */
  readonly proxies: Networks
  readonly countsPrivate: boolean
  /** Whether this address may connect at all. */
  readonly isWelcome: (address: string) => boolean
}

export class Gate {
  /** Connections that were closed unread, since the start. */
  closed = 0
  private readonly options: GateOptions
  private readonly crowding: Crowding
  /** By where they come from, in the order of their coming. By that, since with TLS another socket speaks for them later. */
  private readonly raw = new Map<string, { readonly socket: Socket; readonly address: string }>()

  /** Stands before what listens for connections of `server` now. */
  constructor(server: Server, options: GateOptions) {
    this.options = options
    this.crowding = new Crowding(
      { ofAddress: RAW_OF_ADDRESS, ofNetwork: RAW_OF_NETWORK },
      options.countsPrivate
    )
    const inside = server.listeners('connection') as ((socket: Socket) => void)[]
    server.removeAllListeners('connection')
    server.on('connection', (socket: Socket) => {
      if (this.lets(socket)) for (const serve of inside) serve.call(server, socket)
    })
  }

  get size(): number {
    return this.raw.size
  }

  /** It has said what it wants: it is somebody else's affair from now on. */
  passed({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): void {
    this.forget(endOf(remoteAddress, remotePort))
  }

  private lets(socket: Socket): boolean {
    const { proxies, isWelcome } = this.options
    const address = plainAddress(socket.remoteAddress ?? '')
    const isProxy = address !== '' && proxies.has(address)
    if (!isProxy && (this.crowding.isFull(address) || !isWelcome(address))) {
      this.close(socket)
      return false
    }
    const counted = isProxy ? '' : address
    const end = endOf(socket.remoteAddress, socket.remotePort)
    this.raw.set(end, { socket, address: counted })
    this.crowding.came(counted)
    // By then its addresses are gone.
    socket.once('close', () => this.forget(end))
    if (this.raw.size > MAX_RAW) {
      for (const oldest of this.raw.values()) {
        this.passed(oldest.socket)
        this.close(oldest.socket)
        break
      }
    }
    return true
  }

  private forget(end: string): void {
    const known = this.raw.get(end)
    if (known === undefined) return
    this.raw.delete(end)
    this.crowding.went(known.address)
  }

  private close(socket: Socket): void {
    this.closed++
    socket.on('error', () => undefined)
    socket.destroy()
  }
}

function endOf(address: string | undefined, port: number | undefined): string {
  return `${address ?? ''}|${port ?? ''}`
}
