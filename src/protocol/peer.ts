/**
 * A peer: joins the way of the audio (`media`) and the way of control (`tree`), which do not know each other. Every
 * participant is this one machine. The origin is a peer with a source and no parents; a relay is a peer whose
 * `play` outputs nobody hears.
 *
 *     step(input, now) → outputs        nextDeadline() → when to give it a `tick`
 *
 * `now` is in milliseconds of 1970 and never runs backwards. The machine reads no clock, no randomness, no network.
 */

import {
  CANDIDATES_PER_ANSWER,
  COPY_KBPS,
  DEFAULT_MAX_CHILDREN,
  DEFAULT_MAX_LINKS,
  DEFAULT_PARENTS,
  DEFAULT_SPARES,
  KEEPALIVE_MS,
  LATE_TICK_MS,
  LENDER_SLOTS,
  MAX_LINK_CHECKS,
  STALL_AVOID_MS
} from './limits.js'
import { Checks } from './checks.js'
import { Ending } from './ending.js'
import { beginEra, type Era } from './era.js'
import type { Input, Output } from './machine.js'
import type { Notice } from './notice.js'
import type { PlayoutItem, PlayoutStep } from './media/playout.js'
import { examine, type Signed } from './media/credential.js'
import type { Publisher } from './media/publisher.js'
import type { Show } from './media/show.js'
import type { Mandate } from './media/succession.js'
import type { NeighbourStats, PeerOptions, PeerSizes, PeerStats } from './peer-options.js'
import { Presence, type Vacancy } from './presence.js'
import { Random } from './random.js'
import type { Replay, Timeline } from './replay/replay.js'
import { Discovery } from './tree/discovery.js'
import { Entrance } from './tree/entrance.js'
import { type Check, Exchange } from './tree/exchange.js'
import { UNFED_DEPTH } from './tree/feeds.js'
import type { Neighbour } from './tree/neighbour.js'
import { Neighbourhood } from './tree/neighbourhood.js'
import { Signalling } from './tree/signalling.js'
import { NO_STRIPES } from './tree/stripes.js'
import { neighboursOf, parentIdsOf, pathsOf } from './snapshot.js'
import { Uploader } from './uploader.js'
import { WireError } from './wire/cursor.js'
import {
  DATA_HEAD_BYTES,
  decodeMessages,
  MAX_EXCEPT,
  type Message,
  type Show as ShowMessage,
  type Subscribe
} from './wire/message.js'
import { type PeerId, shortId, type ShortId } from './wire/record.js'
import type { SignedRecord } from './wire/signed-record.js'
import { ALL_WAYS, WAY, waysTo } from './wire/ways.js'

/** Inputs that are about packets, unless they turn out otherwise. They are nine in ten, and cost the tree nothing. */
const ROUTINE: ReadonlySet<Input['type']> = new Set([
  'received',
  'verified',
  'signed',
  'source-frame',
  'taken',
  'tick'
])

export class Peer {
  private readonly options: PeerOptions
  private readonly self: ShortId
  private readonly random: Random
  private readonly hood: Neighbourhood
  private readonly discovery: Discovery
  private readonly presence: Presence
  private readonly signalling: Signalling
  private readonly publisher: Publisher | undefined
  private readonly uploader: Uploader
  private readonly checks: Checks
  private readonly exchange: Exchange
  private readonly entrance: Entrance
  private outputs: Output[] = []
  private era: Era | undefined
  /** By which ways this peer can dial. */
  private ways: number
  /** Whether the broadcast was live when a tracker was heard last. */
  private readonly joined = new Map<string, boolean>()
  /** Whether the last input was about packets and nothing else: it cannot have changed anything in the tree. */
  private isRoutine = false
  /** When a `tick` was asked for last. */
  private promised = Infinity
  /** Until when the tree needs no look, as far as time is concerned; and whether anything has changed that since. */
  private tendAt = -Infinity
  private hasTended = false
  /** How many links are lacking, as the last look found. */
  private lacking = 0
  private readonly ending = new Ending()
  /** Keeps the past, and plays it. */
  private readonly replay: Replay | undefined
  /** Whether all that is left to do is to lend it. */
  private isLending = false
  /** The newest packet that was given to who records. */
  private recorded = -1
  /** `over`: of the show only the past is left, which is played or lent. */
  private state: 'running' | 'ending' | 'over' | 'done' = 'running'
  private readonly counts = {
    peers: 0,
    received: 0,
    duplicates: 0,
    gaps: 0,
    backfilled: 0,
    rejected: 0,
    bytesIn: 0,
    bytesFromOrigin: 0,
    bytesFromPeers: 0,
    bytesOut: 0,
    frames: 0
  }

  constructor(options: PeerOptions) {
    this.options = options
    this.ways = options.ways ?? ALL_WAYS
    this.self = shortId(options.self.id)
    this.random = new Random(options.seed)
    const emit = (output: Output): void => this.emit(output)
    this.hood = new Neighbourhood(
      {
        self: options.self,
        broadcast: options.broadcast,
        leaf: this.copies === 0,
        maxLinks: options.maxLinks ?? DEFAULT_MAX_LINKS,
        ways: this.ways,
        only: options.source?.roots
      },
      emit
    )
    this.discovery = new Discovery(
      { trackers: options.trackers, everywhere: options.source !== undefined },
      this.random,
      emit
    )
    this.entrance = new Entrance(options.ticket, this.discovery)
    this.presence = new Presence(options, this.hood, this.discovery, (link) => this.freeSlotsFor(link))
    this.signalling = new Signalling(options.self.id, this.hood, this.discovery, emit)
    this.uploader = new Uploader(options.maxUploadKbps, emit)
    this.checks = new Checks(emit)
    const { self, broadcast, source, role } = options
    const isPublic = source === undefined && this.copies > 0
    const record = { self, broadcast, isPublic, isRoot: role === 'root' }
    // With a coin of its own: whoever asks for a ticket must not change the tree.
    this.exchange = new Exchange(record, this.hood, new Random(~options.seed), emit)
    this.publisher = options.source?.publish(emit)
    this.replay = options.replay?.({
      hood: this.hood,
      checks: this.checks,
      emit,
      mayUpload: (bytes, now) => this.uploader.mayUpload(bytes, now),
      forged: (link, now) =>
        this.misbehaved(link, 'bad-signature', 'a packet of the past whose signature is wrong', now),
      came: (bytes, depth) => this.countBytes(bytes, depth),
      verified: () => this.counts.received++
    })
  }

  /** Takes one happening, and says what is to be done about it, in order. */
  step(input: Input, now: number): Output[] {
    if (this.state !== 'done') {
      this.isRoutine = ROUTINE.has(input.type) && now < this.tendAt
      this.take(input, now)
      if (this.isDone) this.finish()
      else if (this.isRoutine) this.attend(now)
      if (!this.isRoutine && !this.isDone) this.tend(now)
    }
    const outputs = this.outputs
    this.outputs = []
    return outputs
  }

  /** When to give the next `tick`, unless something happens before; Infinity for never. */
  nextDeadline(now: number): number {
    if (this.hasTended) this.tendAt = this.earliestDeadline(now)
    this.hasTended = false
    const past = this.isDone ? Infinity : (this.replay?.nextDeadline(now) ?? Infinity)
    this.promised = Math.min(this.tendAt, this.routineDeadline, past)
    return this.promised
  }

  /** What packets alone can bring forward: the next one to be heard, a look at holes. */
  private get routineDeadline(): number {
    if (this.era?.upstream === undefined || this.isDone) return Infinity
    const { show, upstream } = this.era
    const next = show.playout.nextDeadline()
    return this.state === 'running' ? Math.min(next, upstream.nextWatch) : next
  }

  /** A snapshot. */
  stats(): PeerStats {
    const { upstream, downstream, show } = this.era ?? {}
    return {
      ...this.counts,
      depth: this.depth,
      parents: upstream?.feeds.parents().size ?? 0,
      spares: upstream?.feeds.spareLinks.size ?? 0,
      children: downstream?.children.count ?? 0,
      links: this.hood.size,
      packets: this.publisher?.packets ?? 0,
      frames: this.publisher?.frames ?? this.counts.frames,
      sent: this.uploader.sent,
      capped: this.uploader.capped,
      bytesOut: this.counts.bytesOut + this.uploader.bytes,
      lagMs: Math.round(show?.lagMs ?? 0),
      bufferMs: Math.round(show?.playout.bufferedMs ?? 0)
    }
  }

  /** How far the past reaches, and where it is played; undefined where nobody is to hear it. */
  timeline(): Timeline | undefined {
    return this.replay?.timeline()
  }

  /** Whether what is played is the past. */
  get isBehind(): boolean {
    return this.replay?.isPlaying === true
  }

  /** How much this peer remembers: all of it is bounded by `limits.ts`. */
  sizes(): PeerSizes {
    return {
      links: this.hood.size,
      candidates: this.hood.candidates.size,
      bans: this.hood.candidates.bansSize,
      checks: this.checks.size,
      window: this.era?.show.window.size ?? 0,
      asked: this.era?.upstream?.askedAgain ?? 0,
      awaited: this.uploader.awaits
    }
  }

  /** Peers through whom somebody may enter now without a tracker, each in its own signed words; none where nobody is known that
   * can be dialled without an introduction. */
  ticket(now: number): SignedRecord[] {
    return this.exchange.ticket(now)
  }

  /** For each stripe the id of the peer that feeds it, for pictures of the tree; undefined where none. */
  parentIds(): (PeerId | undefined)[] {
    return parentIdsOf(this.era, this.hood)
  }

  /** For each stripe through whom it comes, the origin first and the parent last; undefined while nobody feeds it. */
  paths(): (readonly ShortId[] | undefined)[] {
    return pathsOf(this.era)
  }

  /** The peers at the other ends of the links that are open. */
  neighbours(): NeighbourStats[] {
    return neighboursOf(this.era, this.hood)
  }

  private get isOrigin(): boolean {
    return this.publisher !== undefined
  }

  private get isDone(): boolean {
    return this.state === 'done'
  }

  /** Copies that this peer may upload; stripes make fractions useful. */
  private get copies(): number {
    const { leaf, maxChildren = DEFAULT_MAX_CHILDREN, maxUploadKbps = Infinity } = this.options
    return leaf === true ? 0 : Math.min(maxChildren, maxUploadKbps / COPY_KBPS)
  }

  private get depth(): number {
    if (this.isOrigin) return 0
    return this.era?.upstream?.feeds.depth ?? UNFED_DEPTH
  }

  private take(input: Input, now: number): void {
    switch (input.type) {
      case 'start':
        this.entrance.begin(now)
        if (this.options.source !== undefined) {
          this.adopt({ certificate: this.options.source.certificate, handover: undefined }, now)
        }
        break
      case 'succeed':
        if (this.state !== 'running' || this.era === undefined) break
        this.publisher?.succeed(input.certificate.epoch, input.handover.first)
        this.succeed(this.era, input)
        break
      case 'tracker-opened':
        this.discovery.opened(input.tracker, input.link, this.presence.join(this.vacancy(), this.ways), now)
        break
      case 'tracker-failed':
        this.discovery.failed(input.tracker, now)
        break
      case 'opened':
        this.hood.opened(input.link, input.dialled, input.remoteId, now)
        break
      case 'dial-failed':
        this.hood.dialFailed(input.peer, now)
        break
      case 'received':
        this.received(input.link, input.bytes, now)
        break
      case 'closed':
        this.closed(input.link, now)
        break
      case 'verified':
        this.checks.answered(input.check, input.valid, now)
        break
      case 'signed-self':
        this.exchange.signed(input.signature)
        break
      case 'signed':
        this.signed(input, now)
        break
      case 'source-stream':
      case 'source-frame':
      case 'source-metadata':
      case 'source-end':
      case 'sealed':
        if (this.state === 'running' && this.era !== undefined) this.publisher?.take(input, this.era.show)
        if (input.type === 'source-end') this.beginEnding(now)
        break
      case 'signal':
        this.signalling.send(input.to, input.body)
        break
      case 'seek':
      case 'hold':
      case 'go-live':
      case 'taken':
      case 'stop-lending':
        this.replay?.take(input, now)
        break
      case 'ways':
        this.ways = input.ways
        this.hood.dialBy(input.ways)
        // Without WebRTC of our own nobody reaches us by it either; others' connections do not depend on what we can dial.
        this.presence.canBeDialled = (waysTo(this.options.self.addresses) & (input.ways | ~WAY.webrtc)) !== 0
        break
      case 'tick':
        if (now >= this.promised + LATE_TICK_MS) {
          this.era?.upstream?.heldUp(now)
          this.hood.excuseSilence(now)
        }
        break
      case 'token':
      case 'kick':
      case 'made-key':
      case 'encrypted':
      case 'decrypted':
        // Of a private show: for who stands before this peer.
        break
      case 'leave':
        this.state = 'done'
        break
    }
  }

  // Links

  private received(link: number, bytes: Uint8Array, now: number): void {
    this.counts.bytesIn += bytes.length
    const neighbour = this.hood.get(link)
    if (neighbour !== undefined) {
      neighbour.bytesIn += bytes.length
      neighbour.saidAt = now
    }
    try {
      for (const message of decodeMessages(bytes)) {
        if (message.type !== 'data' && !isNoNews(message, neighbour)) this.isRoutine = false
        if (this.discovery.isTracker(link)) this.fromTracker(link, message, now)
        else this.fromPeer(link, message, now)
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.misbehaved(link, 'malformed', error.message, now)
    }
  }

  private fromTracker(link: number, message: Message, now: number): void {
    if (message.type === 'welcome') {
      const { live, peers, candidates } = message
      const tracker = this.discovery.urlOf(link)
      const isFirst = this.discovery.welcomed(link, message, now)
      this.hood.candidates.add(candidates)
      this.signalling.introduced(candidates, link)
      this.counts.peers = peers
      if (isFirst || this.joined.get(tracker) !== live) this.notice({ event: 'joined', tracker, live })
      this.joined.set(tracker, live)
      // A JOIN does not say how deep we are: a tracker that has just come back must know whom it can send to us.
      if (isFirst && !this.isOrigin && (this.depth !== UNFED_DEPTH || this.state === 'over')) {
        this.discovery.lease(this.presence.lease(this.vacancy()), now)
      }
    } else if (message.type === 'challenge') {
      this.discovery.challenged(link, message, now)
    } else if (message.type === 'refused') {
      this.notice({ event: 'refused', reason: message.reason, text: message.text })
    } else if (message.type === 'signal') {
      this.signalling.received(link, message, now)
    } else if (message.type === 'unreachable') {
      this.signalling.unreachable(link, message.peer)
    }
  }

  private fromPeer(link: number, message: Message, now: number): void {
    const neighbour = this.hood.get(link)
    if (neighbour === undefined) return
    if (message.type === 'signal') {
      // Too many are the affair of those whom they are for: they go no further.
      if (neighbour.ready && neighbour.signals.take(1, now)) this.signalling.received(link, message, now)
      return
    }
    const isAnswer =
      message.type === 'about-past' &&
      neighbour.ready &&
      this.replay?.received(neighbour, message, now) === true
    if (message.type !== 'data' && !isAnswer && !neighbour.control.take(1, now)) {
      this.misbehaved(link, 'too-much', 'too many messages', now)
      return
    }
    if (message.type === 'hello') {
      if (!neighbour.ready) this.greeted(neighbour, this.hood.hello(neighbour, message, now), now)
      return
    }
    if (message.type === 'bye') {
      if (neighbour.record !== undefined) this.hood.candidates.add(message.others, neighbour.record.id)
      if (message.reason === 'ended' && this.era?.upstream?.isUsed(link) === true) this.ending.parentLeft(now)
      if (message.reason === 'version' || message.reason === 'private') {
        this.notice({ event: 'refused', reason: message.reason, text: message.text })
      }
      return
    }
    // Its HELLO may have been lost with a network that was cut in two: no reason to ban anybody.
    if (neighbour.ready) this.fromNeighbour(neighbour, message, now)
    else this.misbehaved(link, 'too-much', 'a message before HELLO', now)
  }

  private fromNeighbour(neighbour: Neighbour, message: Message, now: number): void {
    const { era } = this
    switch (message.type) {
      case 'show':
        this.offered(neighbour.link, message, now)
        break
      case 'status':
        if (isNoNews(message, neighbour)) break
        neighbour.freeSlots = message.freeSlots
        if (neighbour.depth !== message.depth || message.freeSlots > 0) neighbour.forgive()
        neighbour.depth = message.depth
        break
      case 'data':
        this.packetCame(neighbour, message.hops, message.packet, now)
        break
      case 'subscribe':
        if (era === undefined || this.state === 'over') this.refuseUnfed(neighbour, message)
        else this.subscribed(era, neighbour, message, now)
        break
      case 'grant':
        era?.upstream?.granted(neighbour, message, now)
        this.signalling.introduced(message.others, neighbour.link)
        break
      case 'path':
        if (era?.upstream !== undefined) {
          era.downstream.pathsChanged(era.upstream.path(neighbour, message, now), now)
        }
        break
      case 'want':
        if (era !== undefined) this.uploader.sendAgain(neighbour.link, message.sequences, era.show, now)
        break
      case 'peers':
        this.toldOf(neighbour, message.records, now)
        break
      case 'unreachable':
        this.signalling.unreachable(neighbour.link, message.peer)
        break
      case 'about-past':
        // It has been read, if we know how to.
        break
      default:
        throw new WireError(`a ${message.type} message between peers`)
    }
  }

  /** After HELLO: what the other end needs to know at once. */
  private greeted(neighbour: Neighbour, ended: number | undefined, now: number): void {
    if (ended !== undefined) this.linkEnded(ended, neighbour.record?.id, now)
    if (this.hood.get(neighbour.link) === undefined) return
    this.exchange.greet(neighbour, now)
    if (this.era === undefined) return
    for (const mandate of this.era.show.succession.valid(now)) this.showTo(neighbour.link, mandate)
    this.presence.tellOne(neighbour.link, this.vacancy())
    this.replay?.greet(neighbour.link)
  }

  private toldOf(neighbour: Neighbour, records: readonly SignedRecord[], now: number): void {
    const { link } = neighbour
    const known = (record: SignedRecord): void => this.signalling.heardOf(record, link)
    const forged = (then: number): void =>
      this.misbehaved(link, 'bad-signature', 'a peer record that its owner did not sign', then)
    this.exchange.received(neighbour, records, this.checkAt(now), known, forged, now)
  }

  private checkAt(now: number): Check {
    return (key, message, signature, settle) => {
      const then = (valid: boolean, at: number): void => {
        // Somebody is known now who was not: there may be somebody to dial.
        this.isRoutine = false
        settle(valid, at)
      }
      this.checks.judge(key, message, signature, then, now)
    }
  }

  private closed(link: number, now: number): void {
    if (this.discovery.isTracker(link)) this.discovery.closed(link, now)
    else this.linkEnded(link, this.hood.closed(link, now)?.record?.id, now)
  }

  private linkEnded(link: number, peer: PeerId | undefined, now: number): void {
    this.uploader.forget(link)
    this.replay?.lost(link)
    this.era?.downstream.lost(link)
    this.era?.upstream?.lost(link, peer, now)
  }

  private linksEnded(neighbours: readonly Neighbour[], now: number): void {
    for (const { link, record } of neighbours) this.linkEnded(link, record?.id, now)
  }

  /** The other end did what no honest peer does: it is told why, and not spoken to for long. Too much at once may be an
   * honest peer's, when what it said in a while was heard in a moment: that link only ends. */
  private misbehaved(
    link: number,
    reason: 'malformed' | 'bad-signature' | 'too-much',
    why: string,
    now: number
  ): void {
    this.isRoutine = false
    const neighbour = this.hood.get(link)
    if (neighbour === undefined) {
      this.emit({ type: 'close', link })
      this.closed(link, now)
      return
    }
    const peer = neighbour.record?.id ?? neighbour.remoteId ?? neighbour.dialled
    if (peer !== undefined && reason === 'too-much') {
      this.hood.candidates.avoid(peer, now)
      this.hood.candidates.shun(peer, now + STALL_AVOID_MS)
    } else if (peer !== undefined) {
      this.hood.candidates.ban(peer, now)
      this.notice({ event: 'banned', peer, why })
    }
    this.hood.bye(link, reason, why)
    this.linkEnded(link, peer, now)
  }

  // The way of the audio

  private packetCame(neighbour: Neighbour, hops: number, bytes: Uint8Array, now: number): void {
    if (this.era === undefined || this.isOrigin) return
    this.countBytes(bytes.length, neighbour.depth)
    const { show, upstream } = this.era
    const isBusy = neighbour.checks >= MAX_LINK_CHECKS
    const { admission, sequence, check } = show.receive(bytes, hops, neighbour.link, isBusy)
    if (admission !== 'check' && !neighbour.wasted.take(1, now)) {
      this.misbehaved(neighbour.link, 'too-much', 'too many packets that are of no use', now)
      return
    }
    switch (admission) {
      case 'check': {
        const { key, message, signature } = check!
        neighbour.checks++
        this.checks.ask(key, message, signature, (valid, then) => {
          neighbour.checks--
          this.verified(show, sequence, valid, then)
        })
        break
      }
      case 'duplicate':
        this.counts.duplicates++
        upstream?.heard(neighbour, sequence, show, now)
        break
      case 'forged':
        this.counts.rejected++
        this.misbehaved(neighbour.link, 'bad-signature', 'a signature that nobody can have made', now)
        break
      case 'old':
      case 'epoch':
      case 'busy':
      case 'conflict':
        this.counts.rejected++
        break
    }
  }

  private verified(show: Show<number>, sequence: number, valid: boolean, now: number): void {
    const settled = show.settle(sequence, valid, now)
    if (settled === undefined || show !== this.era?.show) return
    if (!valid) {
      this.counts.rejected++
      this.misbehaved(settled.from, 'bad-signature', 'a packet whose signature is wrong', now)
    } else if (settled.kept !== undefined) {
      const neighbour = this.hood.get(settled.from)
      if (neighbour !== undefined) this.era.upstream?.heard(neighbour, sequence, show, now)
      this.ending.goesOn()
      this.replay?.keep(settled.kept.packet)
      this.counts.received++
      if (this.era.upstream?.arrived(sequence, show, now) === true) this.counts.backfilled++
      this.uploader.relay(settled.kept, this.era.downstream.children, settled.from, now)
    }
  }

  private signed(input: Extract<Input, { type: 'signed' }>, now: number): void {
    if (this.era === undefined) return
    const kept = this.publisher?.signed(input, this.era.show, now)
    if (kept === undefined) return
    this.replay?.keep(kept.packet)
    this.uploader.relay(kept, this.era.downstream.children, undefined, now)
  }

  /** Hands out what is due: of the past if that is played, and of the live show. */
  private play(now: number): void {
    const { era, replay, isOrigin } = this
    if (era === undefined) return
    const isRecorded = replay?.isRecorded === true
    for (const step of replay?.advance(now) ?? []) this.hand(step, era.show, true, isRecorded)
    if (isOrigin && this.options.recording !== true) return
    const isHeard = !isOrigin && replay?.isPlaying !== true
    for (const step of era.show.playout.advance(now)) {
      this.hand(step, era.show, isHeard, replay?.isRecorded !== true)
      // The origin has heard it.
      if (step.type === 'end' && !isOrigin) this.beginEnding(now)
    }
  }

  private hand(step: PlayoutStep, show: Show<number>, isHeard: boolean, isKept: boolean): void {
    if (step.type !== 'packet') {
      if (!isHeard) return
      this.count(step)
      this.emit({ type: 'play', item: step })
    } else if (isKept && this.options.recording === true && step.packet.sequence > this.recorded) {
      this.recorded = step.packet.sequence
      const { packet } = step
      this.emit({ type: 'record', packet, certificate: show.certificateAt(packet.sequence) })
    }
  }

  private count(item: PlayoutItem): void {
    if (item.type === 'audio') this.counts.frames += item.frames.length
    if (item.type === 'gap') this.counts.gaps += item.packets
  }

  // The way of control

  /** A child says what it wants: what it gets anew begins with the past, so that it starts at once. */
  private subscribed(
    { show, downstream }: Era,
    neighbour: Neighbour,
    subscribe: Subscribe,
    now: number
  ): void {
    const added = downstream.subscribe(neighbour, subscribe)
    if (added !== NO_STRIPES) this.uploader.startOff(neighbour.link, added, subscribe.since, show, now)
    else if (subscribe.sample && downstream.children.hasSlots) this.uploader.prove(neighbour.link, show, now)
  }

  private refuseUnfed(neighbour: Neighbour, subscribe: Subscribe): void {
    const { epoch, stripes } = subscribe
    const refusal = 'not-fed'
    this.hood.send(neighbour.link, {
      type: 'grant',
      epoch,
      stripes: NO_STRIPES,
      refused: stripes,
      refusal,
      others: []
    })
  }

  /** A neighbour offers a certificate. */
  private offered(link: number, { certificate, handover }: ShowMessage, now: number): void {
    const known = this.era?.show.succession.newest
    const credential = examine(certificate, handover, this.options.broadcast, known, now)
    if (credential.verdict === 'forged') this.notThePublisher(link, now)
    else if (credential.verdict === 'out-of-date' && this.era === undefined) {
      this.notice({ event: 'out-of-date' })
    } else if (credential.verdict === 'check' && !this.isOrigin) {
      this.checkMandate(credential.mandate, credential.signed, link)
    }
  }

  /** Checks one signature after the other. */
  private checkMandate(mandate: Mandate, [next, ...others]: readonly Signed[], link: number): void {
    const { key, message, signature } = next!
    this.checks.ask(key, message, signature, (valid, now) => {
      this.isRoutine = false
      if (!valid) this.notThePublisher(link, now)
      else if (others.length > 0) this.checkMandate(mandate, others, link)
      else this.mandated(mandate, now)
    })
  }

  /** A certificate is the publisher's. */
  private mandated(mandate: Mandate, now: number): void {
    const { era } = this
    if (mandate.certificate.epoch <= (era?.show.succession.newest.epoch ?? -1)) return
    if (era?.show.succession.follows(mandate) === true) this.succeed(era, mandate)
    else if (this.state === 'over' && this.replay?.isPlaying === false) this.finish()
    else this.adopt(mandate, now)
  }

  private notThePublisher(link: number, now: number): void {
    if (this.era === undefined) this.notice({ event: 'not-the-publisher' })
    this.misbehaved(link, 'bad-signature', 'a certificate that the publisher did not sign', now)
  }

  /** A new show: whatever was subscribed before is void at both ends. */
  private adopt(mandate: Mandate, now: number): void {
    const { options, self, hood, random, isOrigin, copies } = this
    const notice = (told: Notice): void => this.notice(told)
    this.era = beginEra({ mandate, options, self, hood, random, isOrigin, copies, notice }, now)
    if (this.state === 'over') this.state = 'running'
    this.recorded = -1
    this.replay?.begin(this.era.show, now)
    this.notice({ event: 'certified', epoch: mandate.certificate.epoch })
    for (const { link } of hood.ready()) this.showTo(link, mandate)
  }

  /** The same show under the next show key: the tree stays as it is. */
  private succeed({ show }: Era, { certificate, handover }: Mandate): void {
    const mandate = { certificate, handover }
    show.succession.add(mandate)
    this.notice({ event: 'succeeded', epoch: certificate.epoch })
    for (const { link } of this.hood.ready()) this.showTo(link, mandate)
  }

  private showTo(link: number, { certificate, handover }: Mandate): void {
    this.hood.send(link, { type: 'show', certificate: certificate.bytes, handover })
  }

  private vacancy(): Vacancy {
    if (this.state === 'over') return this.loan
    const { downstream } = this.era ?? {}
    const free = downstream === undefined ? Math.ceil(this.copies) : downstream.children.freeSlots
    const isRunning = this.state === 'running'
    return {
      freeSlots: isRunning ? Math.min(free, 0xffff) : 0,
      hasMore: isRunning && downstream?.hasMore !== false,
      depth: this.depth
    }
  }

  /** Only of the past there is something to be had. */
  private get loan(): Vacancy {
    const { isOrigin, options } = this
    const hasRoom = this.hood.size < (options.maxLinks ?? DEFAULT_MAX_LINKS)
    const lent = hasRoom && this.replay?.isLending === true ? LENDER_SLOTS : 0
    return { freeSlots: 0, hasMore: false, depth: isOrigin ? 0 : UNFED_DEPTH, lent }
  }

  private freeSlotsFor(link: number): number {
    const { downstream } = this.era ?? {}
    if (downstream === undefined || this.state !== 'running') return this.vacancy().freeSlots
    return Math.min(downstream.freeSlotsFor(link), 0xffff)
  }

  /** Looks after what packets alone may have made due. */
  private attend(now: number): void {
    this.play(now)
    const { upstream, show } = this.era ?? {}
    if (upstream === undefined || show === undefined || this.state !== 'running') return
    if (now >= upstream.nextWatch && !upstream.watch(show, now)) this.isRoutine = false
  }

  /** Looks after everything that time or a change may have made due. */
  private tend(now: number): void {
    this.hasTended = true
    this.play(now)
    this.linksEnded(this.hood.dropSilent(now), now)
    this.discovery.tend(now)
    const { upstream, show } = this.era ?? {}
    if (this.state === 'running') {
      if (upstream !== undefined && show !== undefined) {
        this.era?.downstream.pathsChanged(upstream.tend(show, now), now)
      }
    }
    this.linksEnded(
      this.hood.dropIdle((neighbour) => this.isUsed(neighbour, now), now),
      now
    )
    if (now >= this.missedEndAt) this.concludeWithoutEnd(now)
    if (this.hasMissedAll) this.hearPast(now)
    if (this.isOpen) {
      this.exchange.tend(now)
      const ticket = this.entrance.take(this.isHungry, now)
      if (ticket.length > 0) this.exchange.enter(ticket, this.checkAt(now), now)
      this.seek(now)
    }
    this.presence.tell(this.vacancy(), now)
    this.keepAlive(now)
    this.maybeFinishEnding(now)
    if (this.state === 'over') this.outlive(now)
  }

  /** Whether strangers may be of use: to whom live packets or the past are lacking, or who lends that. */
  private get isOpen(): boolean {
    return this.state === 'running' || this.state === 'over'
  }

  /** Whom packets reach needs no other sign of life. */
  private keepAlive(now: number): void {
    const { children } = this.era?.downstream ?? {}
    const isFeeding = children !== undefined && now < this.uploader.sentAt + KEEPALIVE_MS
    const isFed = (link: number): boolean => isFeeding && children.stripesOf(link) !== NO_STRIPES
    this.presence.keepAlive(this.vacancy(), isFed, now)
  }

  /** Whether audio itself is lacking, and not only spares. */
  private get isHungry(): boolean {
    if (this.state === 'over') return this.replay!.isStarving
    return this.era?.upstream?.isFed !== true
  }

  /** How many links are needed beyond those that are there or being dialled. */
  private linksLacking(now: number): number {
    const lenders = this.replay?.lendersLacking ?? 0
    if (this.state === 'over') return lenders - this.hood.dials(now)
    if (this.state !== 'running') return 0
    if (this.isOrigin) return this.rootsLacking(now)
    const { upstream } = this.era ?? {}
    const needed = upstream?.linksNeeded(now) ?? DEFAULT_PARENTS + DEFAULT_SPARES - this.hood.size
    return needed + lenders - this.hood.dials(now)
  }

  /** How many of its roots an origin is to dial: it feeds as many as it has copies for. */
  private rootsLacking(now: number): number {
    const { source, maxPeers = Infinity } = this.options
    if (source?.roots === undefined) return 0
    const wanted = Math.min(Math.floor(this.copies), maxPeers)
    return wanted - this.hood.size - this.hood.dials(now)
  }

  /** Dials candidates while links are lacking; asks the tracker when it runs out of them. */
  private seek(now: number): void {
    const lacking = this.linksLacking(now)
    this.lacking = lacking <= 0 ? 0 : lacking - this.hood.dial(lacking, now, this.random)
    if (lacking <= 0) {
      this.discovery.satisfied()
    } else if (this.lacking > 0 && !this.isOrigin) {
      const known = [...this.hood.ready()].map(({ record }) => shortId(record!.id))
      this.discovery.ask(CANDIDATES_PER_ANSWER, known.slice(0, MAX_EXCEPT), this.ways, this.isHungry, now)
      if (this.discovery.isOfNoHelp) this.lacking -= this.hood.dial(this.lacking, now, this.random, true)
    }
  }

  private isUsed({ link }: Neighbour, now: number): boolean {
    if (this.era === undefined || this.replay?.isUsed(link, now) === true) return true
    const { upstream, downstream } = this.era
    return downstream.children.isServed(link) || upstream?.isUsed(link) === true
  }

  // The end

  /** The show is over here. Those whom we feed may still lack something: stay until they have left. */
  private beginEnding(now: number): void {
    if (this.state !== 'running') return
    this.isRoutine = false
    this.state = this.replay?.outlivesShow(now) === true ? 'over' : 'ending'
    this.ending.begin(now)
    this.era?.upstream?.wantNothing(now)
  }

  private get missedEndAt(): number {
    const isRooted = this.state !== 'running' || this.era?.upstream?.isRooted === true
    return isRooted ? Infinity : this.ending.missedAt
  }

  /** What is here is played, holes and all; nobody will ever say where the show ended. */
  private concludeWithoutEnd(now: number): void {
    this.era?.show.playout.endIsKnown(-Infinity)
    this.play(now)
    this.beginEnding(now)
  }

  private maybeFinishEnding(now: number): void {
    if (!this.ending.hasBegun || this.isDone || this.publisher?.isSettled === false) return
    const served = [...this.hood.ready()].filter(
      ({ link }) => this.era?.downstream.children.isServed(link) === true
    )
    if (served.length === 0 || this.ending.isOverdue(now)) {
      if (this.state === 'ending') this.finish()
    } else if (this.ending.repeats(now)) {
      for (const { link } of served) this.uploader.repeatEnd(link, this.era!.show, now)
    }
  }

  // Of a show that is over

  /** Whether the show was over before any of it came: its end is known from one who kept it. */
  private get hasMissedAll(): boolean {
    const { state, isOrigin, replay, era } = this
    return state === 'running' && !isOrigin && replay?.isOver === true && era?.show.playout.playing === false
  }

  private hearPast(now: number): void {
    this.era?.upstream?.wantNothing(now)
    this.state = 'over'
    this.replay!.playWhole(now)
  }

  /** Stays for as long as the past is played, or can be lent. */
  private outlive(now: number): void {
    if (this.replay?.outlivesShow(now) !== true) this.finish()
    else if (!this.isLending && !this.replay.isPlaying) {
      this.isLending = true
      this.notice({ event: 'lending' })
    }
  }

  /** Says farewell on every link, naming neighbours that have room to those whom we leave. */
  private finish(): void {
    const reason = this.ending.hasBegun ? 'ended' : 'closing'
    for (const { link } of [...this.hood.all()]) this.hood.bye(link, reason, 'goodbye')
    this.discovery.stop()
    this.state = 'done'
    this.emit({ type: 'done' })
  }

  /** When `tend` is needed again unless something changes. */
  private earliestDeadline(now: number): number {
    if (this.isDone) return Infinity
    let next = Math.min(
      this.discovery.nextDeadline(),
      this.presence.nextDeadline(this.vacancy()),
      this.hood.nextDeadline(),
      this.missedEndAt
    )
    if (this.publisher?.isSettled !== false) next = Math.min(next, this.ending.nextDeadline(now))
    if (this.era !== undefined) {
      const { upstream } = this.era
      if (upstream !== undefined && this.state === 'running')
        next = Math.min(next, upstream.nextDeadline(now), this.era.downstream.nextDeadline)
    }
    if (this.isOpen)
      next = Math.min(
        next,
        this.hood.nextImpatience(now),
        this.exchange.nextDeadline(),
        this.entrance.nextDeadline(now)
      )
    if (this.isOpen && this.lacking > 0) {
      const asks = this.isOrigin ? Infinity : this.discovery.nextAsk(this.isHungry)
      next = Math.min(next, asks, this.hood.candidates.nextReady(now))
    }
    return next
  }

  private countBytes(bytes: number, depth: number): void {
    if (depth === 0) this.counts.bytesFromOrigin += bytes
    else this.counts.bytesFromPeers += bytes
  }

  private countOut(link: number, bytes: number): void {
    const neighbour = this.hood.get(link)
    if (neighbour !== undefined) neighbour.bytesOut += bytes
  }

  private notice(notice: Notice): void {
    this.emit({ type: 'notice', notice })
  }

  private emit(output: Output): void {
    if (output.type === 'send') {
      this.counts.bytesOut += output.bytes.length
      this.countOut(output.link, output.bytes.length)
    } else if (output.type === 'data') {
      this.countOut(output.link, DATA_HEAD_BYTES + output.packet.length)
    }
    this.outputs.push(output)
  }
}

/** A STATUS that says what is known already: a sign of life, and nothing to act upon. */
function isNoNews(message: Message, neighbour: Neighbour | undefined): boolean {
  return (
    message.type === 'status' &&
    message.freeSlots === neighbour?.freeSlots &&
    message.depth === neighbour.depth
  )
}
