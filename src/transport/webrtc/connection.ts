/**
 * One peer connection with the two channels that a link needs: `simple-peer` makes the connection and its own channel,
 * which is ordered and loses nothing, for control; beside it stands one for packets, unordered and without
 * retransmission, so that a lost packet holds up none of those behind it.
 *
 * Signals leave in as few messages as can be: the description waits a moment for the first candidates.
 */

import SimplePeer from 'simple-peer'
import { MAX_CANDIDATE_BYTES, MAX_ICE_CANDIDATES } from '../../protocol/limits.js'
import type { IceCandidate, SignalContent } from '../../protocol/wire/signal.js'
import { DialError, type Priority } from '../link.js'

/** How long a description waits for its first candidates at most; ms. */
const GATHER_MS = 100

/** How long a candidate waits for more, within that; ms. An interface's own come together, a server's much later. */
const QUIET_MS = 15

/** The packets' channel is agreed on beforehand, so it costs no message. Above what either end hands out by itself. */
const PACKETS_CHANNEL: RTCDataChannelInit = { negotiated: true, id: 100, ordered: false, maxRetransmits: 0 }

/** Control that may come by one channel while the other is not open yet: a word and a greeting. */
const MAX_EARLY = 8

/** What `simple-peer` takes for a browser's WebRTC. */
export interface WebRtc {
  readonly RTCPeerConnection: typeof RTCPeerConnection
  readonly RTCSessionDescription: typeof RTCSessionDescription
  readonly RTCIceCandidate: typeof RTCIceCandidate
}

export interface ConnectionOptions {
  readonly initiator: boolean
  readonly ice: RTCConfiguration
  /** Default: the browser's. */
  readonly webRtc: WebRtc | undefined
}

export interface ConnectionEvents {
  /** To be brought to the other end. */
  onSignal(content: SignalContent): void
  /** ICE has looked everywhere at this end. */
  onGathered(): void
  /** Both channels are open. Told once. */
  onOpen(): void
  /** A word of the transport's own to the other end's. */
  onWord(word: string): void
  onMessage(message: Uint8Array, priority: Priority): void
  /** It is gone, or never came to be; told once, and not after `destroy()`. */
  onGone(reason: string): void
}

/** Members of `simple-peer` that are not in its types. */
type Inner = SimplePeer.Instance & {
  readonly _pc: RTCPeerConnection
  readonly _channel: RTCDataChannel | null
}

export class Connection {
  private gathered = false
  private readonly events: ConnectionEvents
  private readonly peer: Inner
  /** simple-peer lets go of its own when it is destroyed. */
  private readonly inner: RTCPeerConnection
  private readonly packets: RTCDataChannel
  private description: { kind: 'offer' | 'answer'; sdp: string } | undefined
  private candidates: IceCandidate[] = []
  private gathering: ReturnType<typeof setTimeout> | undefined
  private quiet: ReturnType<typeof setTimeout> | undefined
  private isOpen = false
  /** Control that came by one channel before the other was open. */
  private readonly early: (Uint8Array | string)[] = []
  private isGone = false

  constructor({ initiator, ice, webRtc }: ConnectionOptions, events: ConnectionEvents) {
    this.events = events
    // Without servers of the caller's there are none: simple-peer has some of its own.
    const config = { iceServers: [], ...ice }
    const options: SimplePeer.Options = { initiator, config, trickle: true, objectMode: true }
    this.peer = new SimplePeer(webRtc === undefined ? options : { ...options, wrtc: webRtc }) as Inner
    if ((this.peer._pc as RTCPeerConnection | undefined) === undefined) {
      this.peer.on('error', () => undefined)
      throw new DialError('this browser makes no more peer connections, or refuses the ICE servers')
    }
    this.inner = this.peer._pc
    this.packets = this.inner.createDataChannel('packets', PACKETS_CHANNEL)
    this.packets.binaryType = 'arraybuffer'
    this.packets.onopen = () => this.maybeOpen()
    this.peer._channel?.addEventListener('open', () => this.maybeOpen())
    this.packets.onmessage = ({ data }) => {
      this.maybeOpen()
      if (this.isOpen && data instanceof ArrayBuffer) events.onMessage(new Uint8Array(data), 'data')
    }
    this.peer.on('signal', (signal: SimplePeer.SignalData) => this.signalMade(signal))
    this.peer.on('iceStateChange', (_state: string, gathering: string) => {
      if (gathering === 'complete' && !this.gathered) this.gatheringDone()
    })
    this.peer.on('data', (data: Uint8Array | string) => {
      this.maybeOpen()
      if (this.isOpen) this.take(data)
      else if (this.early.push(data) > MAX_EARLY) this.gone('it talks before the connection is open')
    })
    this.peer.on('error', (error: Error) => this.gone(error.message))
    // It may never come: who sends nothing is judged by that, not by this.
    this.peer.on('close', () => this.gone('the connection was closed'))
  }

  /** ICE candidates found at this end so far that could serve. */
  get found(): number {
    const lines = this.inner.localDescription?.sdp.match(/^a=candidate:.*$/gm) ?? []
    return lines.filter(isUsable).length
  }

  /** Takes what the other end has signalled. */
  signalled(content: SignalContent): void {
    if (this.isGone || content.kind === 'refused') return
    if (content.kind !== 'candidates') this.peer.signal({ type: content.kind, sdp: content.sdp })
    for (const { candidate, sdpMid, sdpMLineIndex } of content.candidates) {
      if (this.peer.destroyed) return
      this.peer.signal({
        type: 'candidate',
        candidate: { candidate, sdpMid, sdpMLineIndex } as RTCIceCandidate
      })
    }
  }

  /** Bytes that wait to be sent. */
  queued(priority: Priority): number {
    return priority === 'data' ? this.packets.bufferedAmount : (this.peer._channel?.bufferedAmount ?? 0)
  }

  send(message: Uint8Array | string, priority: Priority): boolean {
    if (this.isGone) return false
    try {
      if (priority === 'control') this.peer.send(message)
      else this.packets.send(message as Uint8Array<ArrayBuffer>)
      return true
    } catch {
      // The channel has closed, or the browser's own queue is full; `onGone` follows where it is the former.
      return false
    }
  }

  /** Ends it without a word. */
  destroy(): void {
    this.isGone = true
    clearTimeout(this.gathering)
    clearTimeout(this.quiet)
    this.packets.onopen = this.packets.onmessage = null
    // simple-peer closes its own channel. Not left to the end of the connection: Node.js' native package has lost channels that way.
    this.packets.close()
    this.peer.destroy()
  }

  private maybeOpen(): void {
    // Not simple-peer's `connect`, which first looks for the addresses of both ends, by a timer.
    if (this.isOpen || this.isGone || this.packets.readyState !== 'open') return
    if (this.peer._channel?.readyState !== 'open') return
    this.isOpen = true
    this.events.onOpen()
    for (const data of this.early.splice(0)) this.take(data)
  }

  private take(data: Uint8Array | string): void {
    if (typeof data === 'string') this.events.onWord(data)
    // Not the Buffer itself: its `slice` aliases, where a Uint8Array's copies.
    else this.events.onMessage(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 'control')
  }

  private gone(reason: string): void {
    if (this.isGone) return
    this.destroy()
    this.events.onGone(reason)
  }

  private signalMade(signal: SimplePeer.SignalData): void {
    if (signal.type === 'offer' || signal.type === 'answer') {
      this.description = { kind: signal.type, sdp: signal.sdp ?? '' }
    } else if (signal.type === 'candidate') {
      const { candidate, sdpMid, sdpMLineIndex } = signal.candidate
      if (!isUsable(candidate)) return
      if (this.candidates.length < MAX_ICE_CANDIDATES && candidate.length <= MAX_CANDIDATE_BYTES) {
        this.candidates.push({ candidate, sdpMid: sdpMid ?? '0', sdpMLineIndex: sdpMLineIndex ?? 0 })
      }
    }
    if (this.gathered) {
      this.flush()
      return
    }
    this.gathering ??= setTimeout(() => this.flush(), GATHER_MS)
    if (this.candidates.length === 0) return
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.flush(), QUIET_MS)
  }

  private gatheringDone(): void {
    this.gathered = true
    this.flush()
    this.events.onGathered()
  }

  private flush(): void {
    clearTimeout(this.gathering)
    clearTimeout(this.quiet)
    this.gathering = undefined
    const { description, candidates } = this
    if (this.isGone || (description === undefined && candidates.length === 0)) return
    // Candidates are of no use before their description.
    this.description = undefined
    this.candidates = []
    this.events.onSignal(
      description === undefined ? { kind: 'candidates', candidates } : { ...description, candidates }
    )
  }
}

/** Nobody takes calls by TCP here, and a browser's TCP candidates only make calls. */
function isUsable(candidate: string): boolean {
  return candidate !== '' && !/ tcp /i.test(candidate)
}
