/** A crowd that joins a tracker, of whatever kind: who comes when, and how long each waits. */

import { WebSocket } from 'ws'

/** How one kind of peer speaks to its tracker. */
export interface Tongue {
  readonly name: string
  /** A peer's part, from the open socket on: its messages out, and what it makes of those that come. */
  speak(socket: Voice, n: number): Speaker
}

export interface Voice {
  send(message: Uint8Array | string): void
  /** The tracker has answered: it knows whom to dial. */
  introduced(): void
  /** All links are signalled as far as the tracker has a part in it. */
  done(): void
}

export interface Speaker {
  heard(message: Buffer): void
}

export class Crowd {
  readonly sockets: WebSocket[] = []
  private readonly urls: readonly string[]
  private readonly tongue: Tongue
  private next = 0

  constructor(tongue: Tongue, urls: readonly string[]) {
    this.tongue = tongue
    this.urls = urls
  }

  /** One more joins. @returns ms from its call to the answer of the tracker; the promise is kept when all is signalled */
  async join(): Promise<number> {
    const n = this.next++
    const from = performance.now()
    const socket = new WebSocket(this.urls[n % this.urls.length]!, { perMessageDeflate: false })
    this.sockets.push(socket)
    let took = NaN
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('close', (code) => reject(new Error(`peer ${n} was cut off: ${code}`)))
      socket.once('open', () => {
        const speaker = this.tongue.speak(
          {
            send: (message) => socket.send(message),
            introduced: () => (took = performance.now() - from),
            done: () => resolve()
          },
          n
        )
        socket.on('message', (data) => speaker.heard(data as Buffer))
      })
    })
    return took
  }

  /** So many join, so many of them at a time. */
  async joinMany(count: number, atOnce: number): Promise<number[]> {
    const took: number[] = []
    let left = count
    const one = async (): Promise<void> => {
      while (left-- > 0) took.push(await this.join())
    }
    await Promise.all(Array.from({ length: atOnce }, one))
    return took
  }

  /** So many join at an even pace, whatever becomes of those before. */
  async joinAtPace(count: number, perSecond: number): Promise<number[]> {
    const begin = performance.now()
    const joins: Promise<number>[] = []
    for (let i = 0; i < count; i++) {
      const wait = begin + (i * 1000) / perSecond - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      joins.push(this.join())
    }
    return Promise.all(joins)
  }

  end(): void {
    for (const socket of this.sockets) {
      socket.removeAllListeners('close')
      socket.on('error', () => undefined)
      socket.terminate()
    }
  }
}
