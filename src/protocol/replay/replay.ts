/**
 * A show's past, out of peers. Who is told to keeps what it hears (`archive`), tells its neighbours what it holds, and lends it to
 * them (`lender`). Who wants to hear the past asks those who hold it (`holders`), checks each packet as if it had come live, and
 * plays it (`rerun`), while the live show goes on being received and relayed. When the show is over, those who have kept it are its
 * first seeds: nothing else is needed to hear it again.
 *
 * `peer.ts` knows this only by its few entry points, and a page fetches it when it is wanted.
 */

import {
  CLOCK_SKEW_SECONDS,
  FILL_INTERVAL_MS,
  HELD_INTERVAL_MS,
  LENDERS_WANTED,
  NO_PAST_MS,
  PAST_PATIENCE_MS,
  RECALL_AHEAD_PACKETS
} from '../limits.js'
import type { Checks } from '../checks.js'
import type { Input, Output } from '../machine.js'
import type { Pace, PlayoutStep } from '../media/playout.js'
import type { Show } from '../media/show.js'
import { isCanonicalSignature } from '../media/signature.js'
import { Random } from '../random.js'
import type { Neighbour } from '../tree/neighbour.js'
import { MAX_OTHERS, type Neighbourhood } from '../tree/neighbourhood.js'
import { WireError } from '../wire/cursor.js'
import type { AboutPast } from '../wire/message.js'
import { type Packet, PACKET_KIND, readPacket, signaturePart } from '../wire/packet.js'
import {
  decodePastMessage,
  encodePastMessage,
  type Held,
  type HeldRange,
  type Past,
  type PastMessage
} from '../wire/past-message.js'
import type { PeerRecord } from '../wire/record.js'
import { Archive } from './archive.js'
import { Holders, type Question } from './holders.js'
import { Lender } from './lender.js'
import { Rerun } from './rerun.js'

/** What a peer's past needs of the peer. */
export interface ReplayHost {
  readonly hood: Neighbourhood
  readonly checks: Checks
  readonly emit: (output: Output) => void
  /** Whether the upload cap allows so many bytes more. */
  readonly mayUpload: (bytes: number, now: number) => boolean
  /** A neighbour has sent what the publisher did not sign. */
  readonly forged: (link: number, now: number) => void
  /** A packet of the past came, from a peer of this depth. */
  readonly came: (bytes: number, depth: number) => void
  /** One that is new has been found good. */
  readonly verified: () => void
}

export interface ReplayOptions {
  /** Any 32-bit integer. */
  readonly seed: number
  /** Bytes of the show to keep for oneself and others. 0 keeps nothing. */
  readonly keepBytes: number
  /** Begin here, a media time in samples; undefined to begin live, or at the beginning of a show that is over. */
  readonly from: number | undefined
  readonly pace: Pace
  /** How far ahead of its time a packet is handed out in `timed` pace, ms. */
  readonly aheadMs: number
}

type PastInput = 'seek' | 'hold' | 'go-live' | 'taken' | 'stop-lending'

export type MakeReplay = (host: ReplayHost) => Replay

/** What makes a peer keep and hear the past. A peer that does neither is smaller without. */
export function replaying(options: ReplayOptions): MakeReplay {
  return (host) => new Replay(options, host)
}

/** How far the past reaches that is here or that neighbours hold; media times in samples. */
export interface Timeline {
  /** The earliest that can be heard, and the newest that is known. */
  readonly begin: number
  readonly end: number
  /** What was handed out last. */
  readonly position: number
  /** Whether that is the live show, and not its past. */
  readonly live: boolean
  /** Whether the show is known to be over. */
  readonly over: boolean
  /** Bytes that are kept. */
  readonly kept: number
}

export class Replay {
  private readonly options: ReplayOptions
  private readonly host: ReplayHost
  private readonly holders: Holders
  private show: Show<number> | undefined
  private archive: Archive
  private lender: Lender
  /** Packets that were fetched to be played, until they are. */
  private readonly fetched = new Map<number, Packet>()
  private readonly checking = new Set<number>()
  /** What neighbours hold of a show whose certificate is still being checked. */
  private readonly early = new Map<number, Held>()
  private rerun: Rerun | undefined
  /** Where it was to begin from the outset. */
  private outset: Rerun | undefined
  /** Whether nothing of it is to be handed out for now. */
  private isHeld = false
  /** Whether the past was played to the show's end. */
  private isHeard = false
  /** Whether a packet of the show's end is here or was. */
  private ended = false
  /** What each neighbour was told last, when, and whether all know that the show is over. */
  private readonly told = new Map<number, string>()
  private toldAt = -Infinity
  private toldOver = false
  /** When what was missed may be fetched next. */
  private fillAt = -Infinity
  private lends = true

  constructor(options: ReplayOptions, host: ReplayHost) {
    this.options = options
    this.host = host
    this.holders = new Holders(new Random(options.seed))
    this.archive = new Archive(options.keepBytes)
    this.lender = new Lender(this.archive, host.mayUpload)
  }

  /** Whether the past is being played, so that what playout gives is not to be heard. */
  get isPlaying(): boolean {
    return this.rerun !== undefined
  }

  /** Whether what is played of the past is what is to be recorded, and not the live show: that follows it without a gap. */
  get isRecorded(): boolean {
    return this.rerun !== undefined && (this.ended || this.rerun === this.outset)
  }

  /** Whether the show is known to be over: the publisher has signed its end. */
  get isOver(): boolean {
    return this.ended
  }

  /** Whether there is anything here that others may want. */
  get isLending(): boolean {
    return this.lends && this.archive.size > 0
  }

  /** Whether the past is wanted and nobody is known who holds any. */
  get isStarving(): boolean {
    return this.rerun !== undefined && this.holders.size === 0
  }

  /** Until when others may still want what is kept here: as long as anybody honours the certificate. ms; −∞ if there is nothing. */
  private get lendsUntil(): number {
    if (!this.isLending || this.show === undefined) return -Infinity
    return (this.show.succession.newest.notAfter + CLOCK_SKEW_SECONDS) * 1000
  }

  /** Whether the show goes on here when it is over: its past is being played, or others may want it. */
  outlivesShow(now: number): boolean {
    return this.isPlaying || now < this.lendsUntil
  }

  /** A new epoch: what was before is revoked. */
  begin(show: Show<number>, now: number): void {
    this.show = show
    this.archive = new Archive(this.options.keepBytes)
    this.lender = new Lender(this.archive, this.host.mayUpload)
    this.holders.clear()
    this.fetched.clear()
    this.checking.clear()
    this.rerun = undefined
    this.ended = false
    this.told.clear()
    this.toldOver = false
    for (const [link, held] of this.early) if (show.has(held.epoch)) this.holders.told(link, held)
    this.early.clear()
    if (this.options.from !== undefined) this.play(this.options.from, now)
    this.outset = this.rerun
  }

  /** A packet of the live show has been verified, or made. */
  keep(packet: Packet): void {
    this.archive.put(packet)
    if (packet.kind === PACKET_KIND.end) this.ended = true
  }

  /** The show is over and was not heard live: it is heard from the beginning, unless somebody wanted it otherwise. */
  playWhole(now: number): void {
    if (this.rerun === undefined && !this.isHeard) this.play(0, now)
  }

  take(input: Extract<Input, { type: PastInput }>, now: number): void {
    switch (input.type) {
      case 'hold':
        this.isHeld = true
        break
      case 'seek':
        this.isHeld = false
        this.play(input.mediaTime, now)
        break
      case 'go-live':
        this.isHeld = false
        if (!this.ended) this.stop()
        break
      case 'taken':
        this.rerun?.taken(input.mediaTime)
        break
      case 'stop-lending':
        this.lends = false
        break
    }
  }

  // Links

  /** What a neighbour is to know after HELLO. */
  greet(link: number): void {
    if (this.show !== undefined) this.tellOne(link)
  }

  lost(link: number): void {
    this.holders.lost(link)
    this.lender.lost(link)
    this.told.delete(link)
    this.early.delete(link)
  }

  /** Whether a link is of use for the past, to either end. */
  isUsed(link: number, now: number): boolean {
    return (this.isPlaying && this.holders.has(link)) || this.lender.isLendingTo(link, now)
  }

  /** How many more neighbours are needed that hold the past. */
  get lendersLacking(): number {
    const { rerun } = this
    if (rerun === undefined) return 0
    if (this.ended) return Math.max(0, LENDERS_WANTED - this.holders.size)
    return this.holders.size === 0 ? 1 : 0
  }

  /**
   * Takes a message about the past. @returns whether it was an answer to us; what is not counts as any control message does.
   *
   * @throws WireError if it is malformed, or an answer that does not fit.
   */
  received(neighbour: Neighbour, about: AboutPast, now: number): boolean {
    const message = decodePastMessage(about)
    if (message.type === 'past') return this.answered(neighbour, message, now)
    const { link, record } = neighbour
    const isOurs = this.show?.has(message.epoch) === true
    if (message.type === 'held') {
      if (isOurs) this.holders.told(link, message)
      else if (message.epoch > (this.show?.current ?? -1)) this.early.set(link, message)
      this.host.hood.candidates.add(message.others, record!.id)
    } else if (isOurs) for (const past of this.lender.answer(link, message, now)) this.send(link, past)
    return false
  }

  // Playing

  /** Tells, asks and hands out what is due. */
  advance(now: number): PlayoutStep[] {
    if (this.show === undefined) return []
    this.tell(now)
    this.holders.expire(now)
    if (this.rerun !== undefined && this.rerun.sequence === undefined) this.locate(this.rerun, now)
    const steps = this.isHeld ? [] : (this.rerun?.advance(now) ?? [])
    if (steps.at(-1)?.type === 'end') this.isHeard = true
    if (this.isHeard || this.hasCaughtUp) this.stop()
    else this.drop()
    this.ask(now)
    return steps
  }

  /** When `advance` has something to do without anything coming. */
  nextDeadline(now: number): number {
    if (this.show === undefined) return Infinity
    let next =
      this.archive.size === 0 || this.ended ? Infinity : Math.max(now + 1, this.toldAt + HELD_INTERVAL_MS)
    if (this.fillAt > now) next = Math.min(next, this.fillAt)
    next = Math.min(next, this.holders.nextDeadline(now))
    if (this.rerun === undefined) return next
    const { since, sequence } = this.rerun
    if (sequence !== undefined) return this.isHeld ? next : Math.min(next, this.rerun.nextDeadline(now))
    for (const patience of [PAST_PATIENCE_MS, NO_PAST_MS])
      if (now < since + patience) next = Math.min(next, since + patience)
    return next
  }

  timeline(): Timeline {
    const { show } = this
    const ranges = this.ranges()
    const newest = show?.window.newestMediaTime ?? 0
    const live = this.rerun === undefined && !this.ended
    return {
      begin: Math.min(newest, ...ranges.map(({ from }) => from)),
      end: Math.max(newest, ...ranges.map(({ to }) => to)),
      position: this.rerun?.position ?? show?.playout.position ?? 0,
      live,
      over: this.ended,
      kept: this.archive.bytes
    }
  }

  private play(from: number, now: number): void {
    this.isHeard = false
    this.fetched.clear()
    const { pace, aheadMs } = this.options
    this.rerun = new Rerun({ from: Math.max(0, from), pace, aheadMs }, this.shelf, now)
  }

  private stop(): void {
    this.rerun = undefined
    this.fetched.clear()
  }

  private readonly shelf = {
    find: (sequence: number): Packet | undefined => {
      const { playout, window } = this.show!
      // From here on it is playout's: what comes next is live.
      if (!this.ended && playout.playing && sequence >= playout.wanted) return undefined
      return this.archive.get(sequence) ?? this.fetched.get(sequence) ?? window.get(sequence)?.packet
    },
    isExpected: (sequence: number): boolean => this.checking.has(sequence) || this.holders.hold(sequence),
    next: (sequence: number): number | undefined => {
      const others = this.holders.next(sequence)
      const own = this.archive.next(sequence) ?? this.show!.window.next(sequence)?.packet.sequence
      return others === undefined || own === undefined ? (others ?? own) : Math.min(others, own)
    }
  }

  /** Whether the live show is what comes next: from here on playout is heard. */
  private get hasCaughtUp(): boolean {
    const { playout } = this.show!
    const sequence = this.rerun?.sequence
    return !this.ended && sequence !== undefined && playout.playing && sequence >= playout.wanted
  }

  /** Looks for where to begin: here, or with who holds it; and where nobody does, for what is nearest. */
  private locate(rerun: Rerun, now: number): void {
    const { from } = rerun.options
    const { current, window, playout } = this.show!
    const here = this.archive.at(from) ?? window.at(from)
    if (here !== undefined) {
      rerun.begin(here)
      return
    }
    const asked = this.holders.askForTime(from, current, now)
    if (asked !== undefined) this.send(...asked)
    if (now < rerun.since + PAST_PATIENCE_MS || this.holders.isAskedForTime) return
    const ranges = this.ranges()
    const later = Math.min(...ranges.filter((range) => range.from > from).map((range) => range.from))
    const nearest = later === Infinity && this.ended ? Math.max(...ranges.map(({ to }) => to)) : later
    if (Number.isFinite(nearest)) {
      const isOutset = rerun === this.outset
      this.play(nearest, now)
      if (isOutset) this.outset = this.rerun
    } else if (playout.playing && (ranges.length > 0 || now >= rerun.since + NO_PAST_MS)) {
      // The place is ahead of the show, or nobody holds anything.
      if (ranges.length === 0) this.host.emit({ type: 'notice', notice: { event: 'no-past' } })
      this.stop()
    }
  }

  /** All runs of packets that are known of, here and with neighbours. */
  private ranges(): HeldRange[] {
    return [...this.archive.held(), ...this.holders.ranges()]
  }

  /** Asks for what is to be played next; or whether the show is over at all. */
  private ask(now: number): void {
    const { current: epoch, playout } = this.show!
    const next = this.rerun?.sequence
    if (next !== undefined) {
      const isHere = (sequence: number): boolean =>
        this.checking.has(sequence) || this.shelf.find(sequence) !== undefined
      for (const asked of this.holders.askFrom(next, isHere, epoch, now)) this.send(...asked)
    } else if (!this.ended && !playout.playing) {
      const asked = this.holders.askForEnd(epoch, now)
      if (asked !== undefined) this.send(...asked)
    } else if (now >= this.fillAt) this.fill(epoch, now)
  }

  /** Fetches what is to be kept and was missed, the earliest first. What is in the window yet, the live show repairs. */
  private fill(epoch: number, now: number): void {
    if (!this.archive.hasRoom || this.holders.size === 0) return
    const { window } = this.show!
    const oldest = window.next(0)?.packet.sequence ?? 0
    const until = this.ended ? Infinity : oldest
    let at = this.archive.missing(0)
    for (let held = this.holders.next(at); held !== at; held = this.holders.next(at)) {
      if (held === undefined) return
      at = this.archive.missing(held)
    }
    if (at >= until) return
    this.fillAt = now + FILL_INTERVAL_MS
    const isHere = (sequence: number): boolean =>
      this.checking.has(sequence) || this.archive.get(sequence) !== undefined
    for (const asked of this.holders.askFrom(at, isHere, epoch, now)) this.send(...asked)
  }

  /** An answer, or a part of one. */
  private answered({ link, depth }: Neighbour, past: Past, now: number): boolean {
    const question = this.holders.questionOf(link, past)
    if (question === undefined) return false
    for (const bytes of past.packets) {
      const packet = readPacket(bytes)
      this.host.came(bytes.length, depth)
      this.expect(question, packet)
      question.got.add(packet.sequence)
      // What a key has signed that is no longer honoured cannot be checked here.
      const isNew = !this.checking.has(packet.sequence) && this.show?.canCheck(packet) === true
      if (isNew) this.check(link, question, packet)
    }
    if (!past.more) this.holders.answered(link, past, now)
    return true
  }

  /** @throws WireError if the packet is none that was asked for. */
  private expect(question: Question, packet: Packet): void {
    const { sequence, mediaTime } = packet
    if (question.by === 'time' && question.begin === undefined && mediaTime <= question.from)
      question.begin = sequence
    const first = question.by === 'time' ? question.begin : question.from
    const isAskedFor = first !== undefined && sequence >= first && sequence < first + question.count
    if (!isAskedFor) throw new WireError('a packet of the past that was not asked for')
  }

  /** Like any packet it is worth nothing until its signature is known to hold. */
  private check(link: number, question: Question, packet: Packet): void {
    const { show } = this
    const { showKey } = show!.certificateAt(packet.sequence)
    const signature = signaturePart(packet.bytes)
    const message = show!.messageOf(packet)
    this.checking.add(packet.sequence)
    const settle = (valid: boolean, now: number): void => {
      if (this.show !== show) return
      this.checking.delete(packet.sequence)
      if (valid) this.verified(question, packet)
      else this.host.forged(link, now)
    }
    if (isCanonicalSignature(signature)) this.host.checks.ask(showKey, message, signature, settle)
    else throw new WireError('a signature that nobody can have made')
  }

  private verified(question: Question, packet: Packet): void {
    const { sequence } = packet
    this.host.verified()
    this.keep(packet)
    const { rerun } = this
    if (rerun === undefined) return
    const isBegin =
      question.by === 'time' && question.begin === sequence && question.from === rerun.options.from
    if (isBegin) rerun.begin(sequence)
    const next = rerun.sequence ?? question.begin
    if (next !== undefined && sequence >= next && sequence < next + 2 * RECALL_AHEAD_PACKETS)
      this.fetched.set(sequence, packet)
  }

  /** Forgets what has been played. */
  private drop(): void {
    const next = this.rerun?.sequence ?? -1
    for (const sequence of this.fetched.keys()) if (sequence < next) this.fetched.delete(sequence)
  }

  /** Tells neighbours of what is held, when that has grown. */
  private tell(now: number): void {
    const isNews = this.ended && !this.toldOver
    if (now < this.toldAt + HELD_INTERVAL_MS && !isNews) return
    this.toldAt = now
    for (const { link } of this.host.hood.ready()) this.tellOne(link)
    this.toldOver = this.ended
  }

  private tellOne(link: number): void {
    const held = this.held(link)
    const gist = gistOf(held)
    if (gist === (this.told.get(link) ?? NOTHING_HELD)) return
    this.told.set(link, gist)
    this.send(link, held)
  }

  private held(link: number): Held {
    const ranges = this.archive.held()
    const last = ranges.at(-1)
    const over = last !== undefined && this.archive.get(last.end - 1)?.kind === PACKET_KIND.end
    return { type: 'held', epoch: this.show!.current, over, ranges, others: this.othersThan(link) }
  }

  /** Neighbours that hold something too. Never the origin: the fewer know of it, the better. */
  private othersThan(link: number): PeerRecord[] {
    const records: PeerRecord[] = []
    for (const neighbour of this.host.hood.ready()) {
      const { record, depth } = neighbour
      if (neighbour.link === link || depth === 0 || !this.holders.has(neighbour.link)) continue
      if (record!.addresses.length > 0) records.push(record!)
      if (records.length >= MAX_OTHERS) break
    }
    return records
  }

  private send(link: number, message: PastMessage): void {
    this.host.hood.send(link, encodePastMessage(message))
  }
}

function gistOf({ over, ranges, others }: Held): string {
  return JSON.stringify([over, ranges, others.length])
}

const NOTHING_HELD = '[false,[],0]'
