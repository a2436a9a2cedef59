/**
 * WebRTC: negotiates connections by signals that others bring, signed by both ends, and hands out links over them.
 *
 * Every negotiation is made by whoever dials: an offer, an answer, and candidates where they come late. Two peers that
 * dial each other at once get two links; which of them stays is for those to decide who hold them.
 */

import { DIAL_TIMEOUT_MS, MAX_REASON_BYTES } from '../../protocol/limits.js'
import { idKey } from '../../protocol/wire/record.js'
import type { SignalBody, SignalContent } from '../../protocol/wire/signal.js'
import { WEBRTC_ADDRESS } from '../../protocol/wire/ways.js'
import {
  type CloseReason,
  DialError,
  type Link,
  type LinkLimits,
  type Signals,
  type Transport
} from '../link.js'
import { Connection, type WebRtc } from './connection.js'
import { WebRtcLink } from './link.js'
import { SignalDesk } from './signal-desk.js'
import { explain, free, type Tie } from './tie.js'

/** How long a connection waits for its next link; ms. A peer that is refused or superseded is often met again. */
const REUSE_MS = 30_000

/** How long the other end may take to say that a link is closed, when the connection is to go as well; ms. */
const CLOSE_GRACE_MS = 1_000

/** Negotiations that others may have under way with us. Each is half a connection, and ends by itself. */
const MAX_INCOMING = 16

/** Chromium makes no more than 500 peer connections in a page's life. */
const MAX_CONNECTIONS_MADE = 450

/** Packets that may come before the word that opens their link. */
const MAX_EARLY = 32

export interface WebRtcOptions {
  /** 32 bytes: this peer's id. */
  readonly id: Uint8Array
  /** Signs with the key that the id is. */
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
  readonly verify: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>
  /** 32 random bits. */
  readonly randomUint32: () => number
  /** The caller's ICE servers and policy. There are none but these. */
  readonly ice?: RTCConfiguration
  /** What stands for a browser's WebRTC elsewhere. */
  readonly webRtc?: WebRtc
  readonly limits: LinkLimits
  /** Connections in all. */
  readonly maxLinks: number
  readonly dialTimeoutMs?: number
  /** A link has come to be. */
  readonly onWorks?: () => void
  /** WebRTC turned out to be of no use here: it found no address of its own, or made too many connections. */
  readonly onBlocked?: (why: string) => void
}

/** How many connections there are, and have been. */
export interface ConnectionCounts {
  readonly open: number
  readonly made: number
}

/**
 * How often a connection that breaks down while it is made is made anew. Node.js' native library may begin to encrypt before it has read
 * for whom: its thread that reads the answer is held up where the processor is short, the other end's checks are not, and the
 * handshake fails for want of a fingerprint. Seen in 3 dials of 100 with four busy processes on two cores.
 */
const MAX_BREAKDOWNS = 2

/** The other end has answered, and the connection broke down while it was being made. */
class BrokenDown extends DialError {}

export class WebRtcTransport implements Transport, Signals {
  readonly addresses = [WEBRTC_ADDRESS]
  readonly signals = this
  onLink: (link: Link) => void = (link) => link.close()
  onSignal: (to: Uint8Array, body: Uint8Array) => void = () => undefined
  private readonly options: WebRtcOptions
  private readonly ties = new Set<Tie>()
  private made = 0
  private isClosed = false
  private readonly desk: SignalDesk

  constructor(options: WebRtcOptions) {
    this.options = options
    this.desk = new SignalDesk(
      options,
      (to, body) => this.onSignal(to, body),
      (from, body) => this.take(from, body)
    )
  }

  get counts(): ConnectionCounts {
    return { open: this.ties.size, made: this.made }
  }

  async dial(peerId: Uint8Array, addresses: readonly string[], signal?: AbortSignal): Promise<Link> {
    if (!addresses.includes(WEBRTC_ADDRESS)) {
      throw new DialError(`no address to dial: ${addresses.join(', ') || 'none given'}`)
    }
    // A link to it that is just being closed leaves a connection that is as good as new.
    for (const tie of this.tiesTo(peerId)) if (tie.phase === 'closing') await free(tie)
    const isOver = (): boolean => this.isClosed || signal?.aborted === true
    if (isOver())
      throw new DialError(this.isClosed ? 'the transport is closed' : 'the dial was aborted', {
        cause: signal?.reason
      })
    const idle = this.idleTo(peerId)
    if (idle !== undefined) return this.openLink(idle, true)
    if (this.ties.size >= this.options.maxLinks) this.dropOldestIdle()
    const problem = this.fullness()
    if (problem !== undefined) throw new DialError(`no dial: ${problem}`)
    let result = await this.negotiate(peerId, signal)
    for (let more = MAX_BREAKDOWNS; more > 0 && result instanceof BrokenDown && !isOver(); more--)
      result = await this.negotiate(peerId, signal)
    if (result instanceof DialError) throw result
    return result
  }

  signalled(from: Uint8Array, body: Uint8Array, allowed?: number): void {
    this.desk.signalled(from, body, allowed)
  }

  unreachable(peer: Uint8Array): void {
    for (const tie of this.tiesTo(peer)) {
      if (tie.dialled && tie.phase === 'negotiating' && !tie.answered) {
        this.giveUp(tie, 'nobody who is here can bring it our offer')
      }
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.desk.close()
    for (const tie of this.ties) {
      if (tie.phase === 'negotiating') this.giveUp(tie, 'the transport is closed')
      else if (tie.phase === 'idle') this.drop(tie)
      else tie.link?.close()
    }
    await Promise.all([...this.ties].map((tie) => new Promise<void>((resolve) => (tie.onDropped = resolve))))
    await this.desk.idle()
  }

  // Negotiations

  private negotiate(peerId: Uint8Array, signal: AbortSignal | undefined): Promise<WebRtcLink | DialError> {
    return new Promise((resolve) => {
      const tie = this.tie(peerId, this.options.randomUint32(), true)
      const onAbort = (): void => this.giveUp(tie, 'the dial was aborted')
      signal?.addEventListener('abort', onAbort)
      tie.settle = (result) => {
        signal?.removeEventListener('abort', onAbort)
        resolve(result)
      }
      const { dialTimeoutMs = DIAL_TIMEOUT_MS } = this.options
      tie.timer = setTimeout(() => this.giveUp(tie, explain(tie, dialTimeoutMs)), dialTimeoutMs)
    })
  }

  /** Takes a signal whose maker is proved. */
  private take(from: Uint8Array, { negotiation, content }: SignalBody): void {
    const isOffer = content.kind === 'offer'
    const known = [...this.tiesTo(from)].find((tie) => tie.negotiation === negotiation)
    if (known === undefined) {
      if (isOffer) this.offered(from, negotiation, content)
    } else if (content.kind === 'refused') {
      if (known.dialled && known.phase === 'negotiating') {
        this.giveUp(known, `the peer refuses: ${printable(content.reason)}`)
      }
    } else if (!isOffer && (content.kind !== 'answer' || (known.dialled && !known.answered))) {
      known.answered ||= content.kind === 'answer'
      known.connection.signalled(content)
    }
  }

  private offered(from: Uint8Array, negotiation: number, offer: SignalContent): void {
    const incoming = [...this.ties].filter((tie) => tie.phase === 'negotiating' && !tie.dialled).length
    if (this.ties.size >= this.options.maxLinks) this.dropOldestIdle()
    const problem = incoming >= MAX_INCOMING ? 'too many offers at once' : this.fullness()
    if (problem !== undefined) {
      this.desk.tell(from, negotiation, { kind: 'refused', reason: problem })
      return
    }
    let tie: Tie
    try {
      tie = this.tie(from, negotiation, false)
    } catch (error) {
      if (!(error instanceof DialError)) throw error
      this.desk.tell(from, negotiation, { kind: 'refused', reason: error.message })
      return
    }
    tie.timer = setTimeout(() => this.drop(tie), this.options.dialTimeoutMs ?? DIAL_TIMEOUT_MS)
    tie.connection.signalled(offer)
  }

  private tie(remoteId: Uint8Array, negotiation: number, dialled: boolean): Tie {
    this.made++
    const { ice = {}, webRtc } = this.options
    const connection = new Connection(
      { initiator: dialled, ice, webRtc },
      {
        onSignal: (content) => this.desk.tell(remoteId, negotiation, content),
        onGathered: () => this.gathered(tie),
        onOpen: () => {
          if (dialled) this.opened(tie)
        },
        onWord: (word) => this.heard(tie, word),
        onMessage: (message, priority) => {
          if (tie.link !== undefined) tie.link.take(message, priority)
          // The first packets may overtake the word that opens the link.
          else if (tie.links === 0 && tie.early.length < MAX_EARLY) tie.early.push(message)
        },
        onGone: (why) => this.gone(tie, why)
      }
    )
    const tie: Tie = {
      remoteId: remoteId.slice(),
      negotiation,
      dialled,
      connection,
      phase: 'negotiating',
      link: undefined,
      links: 0,
      early: [],
      answered: false,
      settle: undefined,
      timer: undefined,
      onFree: [],
      onDropped: undefined
    }
    this.ties.add(tie)
    return tie
  }

  /** ICE has looked everywhere and found no address: there is no WebRTC here, whatever the API says. */
  private gathered(tie: Tie): void {
    if (tie.connection.found > 0 || tie.phase !== 'negotiating') return
    const why =
      'WebRTC finds no address of its own here; UDP is blocked, or the browser keeps its addresses back'
    this.giveUp(tie, why)
    this.options.onBlocked?.(why)
  }

  // Links over connections

  /** Our dial has its connection. */
  private opened(tie: Tie): void {
    if (tie.phase !== 'negotiating') return
    const { settle } = tie
    tie.settle = undefined
    settle?.(this.openLink(tie, true))
  }

  private openLink(tie: Tie, saysSo: boolean): WebRtcLink {
    clearTimeout(tie.timer)
    if (saysSo) tie.connection.send('open', 'control')
    tie.phase = 'linked'
    const { remoteId, connection } = tie
    tie.link = new WebRtcLink(connection, remoteId, this.options.limits, tie.links === 0, (reason) =>
      this.linkEnded(tie, reason)
    )
    tie.links++
    for (const message of tie.early.splice(0)) tie.link.take(message, 'data')
    this.options.onWorks?.()
    return tie.link
  }

  private heard(tie: Tie, word: string): void {
    switch (word) {
      case 'open':
        if (tie.phase === 'linked' || this.isClosed) return
        this.onLink(this.openLink(tie, false))
        break
      case 'close':
        tie.connection.send('closed', 'control')
        if (tie.phase === 'linked') tie.link?.ended('remote')
        break
      case 'closed':
        if (tie.phase === 'closing') this.rest(tie)
        break
    }
  }

  private linkEnded(tie: Tie, reason: CloseReason): void {
    tie.link = undefined
    if (!this.ties.has(tie)) return
    switch (reason) {
      case 'closed':
        tie.phase = 'closing'
        tie.connection.send('close', 'control')
        tie.timer = setTimeout(() => this.drop(tie), CLOSE_GRACE_MS)
        break
      case 'remote':
        this.rest(tie)
        break
      case 'lost':
      case 'malformed':
      case 'overflow':
        this.drop(tie)
    }
  }

  /** No link is on it now: it waits for the next, unless there is another to the same peer. */
  private rest(tie: Tie): void {
    clearTimeout(tie.timer)
    tie.phase = 'idle'
    for (const tell of tie.onFree.splice(0)) tell()
    const hasTwin = [...this.tiesTo(tie.remoteId)].some((other) => other !== tie)
    if (this.isClosed || hasTwin) {
      // The other end may not have been told yet that we took its word.
      tie.timer = setTimeout(() => this.drop(tie), this.isClosed ? 0 : CLOSE_GRACE_MS)
    } else {
      tie.timer = setTimeout(() => this.drop(tie), REUSE_MS)
    }
  }

  private gone(tie: Tie, why: string): void {
    if (tie.phase === 'negotiating' && tie.dialled)
      this.giveUp(tie, explain(tie, undefined, why), tie.answered ? BrokenDown : DialError)
    const { link } = tie
    this.drop(tie)
    link?.ended('lost')
  }

  private giveUp(tie: Tie, why: string, Failure = DialError): void {
    const { settle } = tie
    tie.settle = undefined
    if (!tie.dialled) this.desk.tell(tie.remoteId, tie.negotiation, { kind: 'refused', reason: why })
    this.drop(tie)
    settle?.(new Failure(`cannot reach the peer by WebRTC: ${why}`))
  }

  private drop(tie: Tie): void {
    clearTimeout(tie.timer)
    if (!this.ties.delete(tie)) return
    tie.connection.destroy()
    tie.onDropped?.()
    for (const tell of tie.onFree.splice(0)) tell()
  }

  private *tiesTo(peer: Uint8Array): Generator<Tie> {
    const key = idKey(peer)
    for (const tie of [...this.ties]) if (idKey(tie.remoteId) === key) yield tie
  }

  private idleTo(peer: Uint8Array): Tie | undefined {
    for (const tie of this.tiesTo(peer)) if (tie.phase === 'idle') return tie
    return undefined
  }

  private dropOldestIdle(): void {
    for (const tie of this.ties) {
      if (tie.phase !== 'idle') continue
      this.drop(tie)
      return
    }
  }

  /** Why no more connections can be made; undefined if they can. */
  private fullness(): string | undefined {
    const { maxLinks, onBlocked } = this.options
    if (this.ties.size >= maxLinks) return `all ${maxLinks} links are in use`
    if (this.made < MAX_CONNECTIONS_MADE) return undefined
    const why = `${MAX_CONNECTIONS_MADE} connections have been made, and browsers allow few more; load the page anew`
    onBlocked?.(why)
    return why
  }
}

/** Another peer's words, for people: no control characters, and not too many. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, MAX_REASON_BYTES)
}
