/**
 * Drives one peer machine in the real world: turns what happens on links and clocks into inputs, and carries out what
 * it says. The only caller of a peer's `step` outside the simulator.
 */

import { type Input, type Output, type Secret } from '../protocol/machine.js'
import type { Peer } from '../protocol/peer.js'
import { dataHead } from '../protocol/wire/message.js'
import type { PeerRecord } from '../protocol/wire/record.js'
import type { Link } from '../transport/link.js'
import { now } from './clock.js'
import { DeadlineTimer } from './deadline-timer.js'
import type { Hash, Network, Seal, Sign, Signer, Verify } from './platform.js'

export interface DriverOptions {
  readonly peer: Peer
  readonly network: Network
  readonly dialTracker: (url: string, signal: AbortSignal) => Promise<Link>
  readonly verify: Verify
  /** For a tracker that asks this peer, by its id, to work. */
  readonly hash: Hash
  readonly id: Uint8Array
  /** The signature of the show key of an epoch; the origin only. */
  readonly sign?: Sign
  /** Digests packets for a seal; the origin only. */
  readonly seal?: Seal
  /** Answers what private shows ask of cryptography; theirs only. */
  readonly onSecret?: ((secret: Secret, give: (input: Input) => void) => void) | undefined
  /** This peer's own. */
  readonly signSelf: Signer['sign']
  /** What the machine gives to hear and to keep, and what it tells. */
  readonly onOutput: (output: Extract<Output, { type: 'play' | 'record' | 'notice' }>) => void
}

export class Driver {
  /** Resolves when the machine is done and all links and timers are gone. */
  readonly done: Promise<void>
  private readonly options: DriverOptions
  private readonly links = new Map<number, Link>()
  private readonly inputs: Input[] = []
  private readonly abort = new AbortController()
  private readonly resolveDone: () => void
  private nextLink = 1
  private stepping = false
  private finished = false
  private readonly timer = new DeadlineTimer(() => this.give({ type: 'tick' }))

  constructor(options: DriverOptions) {
    this.options = options
    let resolve: () => void = () => undefined
    this.done = new Promise((done) => (resolve = done))
    this.resolveDone = resolve
    const { network } = options
    network.transport.onLink = (link) => this.open(link, (number) => this.openedBy(number, link, undefined))
    network.onWays = (ways) => this.give({ type: 'ways', ways })
    if (network.transport.signals !== undefined) {
      network.transport.signals.onSignal = (to, body) => this.give({ type: 'signal', to, body })
    }
  }

  /** Hands the machine an input. Called from within an output, it waits for its turn. */
  give(input: Input): void {
    this.inputs.push(input)
    if (this.stepping || this.finished) return
    this.stepping = true
    try {
      for (
        let next = this.inputs.shift();
        next !== undefined && !this.isFinished;
        next = this.inputs.shift()
      ) {
        for (const output of this.options.peer.step(next, now())) this.carryOut(output)
      }
    } finally {
      this.stepping = false
    }
    if (!this.isFinished) this.timer.set(this.options.peer.nextDeadline(now()))
  }

  /** Which transport a link is on. */
  transportOf(link: number): string | undefined {
    return this.links.get(link)?.transport
  }

  /** How many links there are by transport. */
  linkCounts(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { transport } of this.links.values()) counts[transport] = (counts[transport] ?? 0) + 1
    return counts
  }

  private get isFinished(): boolean {
    return this.finished
  }

  private carryOut(output: Output): void {
    switch (output.type) {
      case 'data':
        this.links.get(output.link)?.send('data', dataHead(output.hops, output.packet.length), output.packet)
        break
      case 'send':
        this.links.get(output.link)?.send('control', output.bytes)
        break
      case 'verify': {
        const { check, key, message, signature } = output
        const answer = (valid: boolean): void => this.give({ type: 'verified', check, valid })
        whenKnown(this.options.verify(key, message, signature), answer)
        break
      }
      case 'sign': {
        if (this.options.sign === undefined) throw new Error('only an origin signs')
        const { sequence, epoch } = output
        const answer = (signature: Uint8Array): void => this.give({ type: 'signed', sequence, signature })
        whenKnown(this.options.sign(output.message, epoch), answer)
        break
      }
      case 'seal': {
        if (this.options.seal === undefined) throw new Error('only an origin seals')
        const { first, packets } = output
        const count = packets.length
        const answer = (digest: Uint8Array): void => this.give({ type: 'sealed', first, count, digest })
        whenKnown(this.options.seal(packets), answer)
        break
      }
      case 'sign-self':
        whenKnown(this.options.signSelf(output.message), (signature) =>
          this.give({ type: 'signed-self', signature })
        )
        break
      case 'work':
        void import('./work.js').then(({ work }) => work(output, this.options, this.links))
        break
      case 'signal':
        this.options.network.transport.signals?.signalled(output.from, output.body, output.allowed)
        break
      case 'unreachable':
        this.options.network.transport.signals?.unreachable(output.peer)
        break
      case 'dial':
        void this.dial(output.peer)
        break
      case 'connect-tracker':
        void this.connectTracker(output.tracker)
        break
      case 'close': {
        const link = this.links.get(output.link)
        this.links.delete(output.link)
        link?.close()
        break
      }
      case 'play':
      case 'record':
      case 'notice':
        this.options.onOutput(output)
        break
      case 'done':
        void this.finish()
        break
      default:
        this.options.onSecret?.(output, (input) => this.give(input))
    }
  }

  private async dial(peer: PeerRecord): Promise<void> {
    const { transport } = this.options.network
    const link = await transport.dial(peer.id, peer.addresses, this.abort.signal).catch(() => undefined)
    if (link === undefined) this.give({ type: 'dial-failed', peer: peer.id })
    else this.open(link, (number) => this.openedBy(number, link, peer.id))
  }

  private async connectTracker(tracker: string): Promise<void> {
    const link = await this.options.dialTracker(tracker, this.abort.signal).catch(() => undefined)
    if (link === undefined) this.give({ type: 'tracker-failed', tracker })
    else this.open(link, (number) => ({ type: 'tracker-opened', tracker, link: number }))
  }

  private openedBy(link: number, { remoteId }: Link, dialled: Uint8Array | undefined): Input {
    return { type: 'opened', link, dialled, remoteId }
  }

  private open(link: Link, opened: (number: number) => Input): void {
    if (this.finished) {
      link.close()
      return
    }
    const number = this.nextLink++
    this.links.set(number, link)
    link.onMessage = (bytes) => this.give({ type: 'received', link: number, bytes })
    link.onClose = () => {
      if (this.links.delete(number)) this.give({ type: 'closed', link: number })
    }
    this.give(opened(number))
  }

  private async finish(): Promise<void> {
    this.finished = true
    this.timer.clear()
    this.abort.abort()
    for (const link of this.links.values()) link.close()
    this.links.clear()
    try {
      await this.options.network.transport.close()
    } finally {
      this.resolveDone()
    }
  }
}

/** Node.js answers at once, a browser later. At once is worth having: it saves a turn for each packet. */
function whenKnown<T>(value: T | Promise<T>, take: (value: T) => void): void {
  if (value instanceof Promise) void value.then(take)
  else take(value)
}
