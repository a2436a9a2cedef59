/**
 * Who holds what of the show's past, as neighbours have said, and what each is being asked for. A neighbour has one question at a
 * time; who does not answer, or not with what it said that it holds, is believed less.
 */

import {
  LENDER_AVOID_MS,
  MAX_RECALLED,
  RECALL_AHEAD_PACKETS,
  RECALL_BUSY_MS,
  RECALL_TIMEOUT_MS
} from '../limits.js'
import type { Random } from '../random.js'
import type { Held, HeldRange, Past, Recall } from '../wire/past-message.js'
import { Ranges } from './ranges.js'

/** A question that has no answer yet. */
export interface Question extends Recall {
  readonly at: number
  /** What the answer has brought so far. */
  readonly got: Set<number>
  /** Where the answer to a question by time begins. */
  begin: number | undefined
}

interface Holder {
  readonly link: number
  ranges: readonly HeldRange[]
  over: boolean
  /** What it has not given though it says that it has it. */
  lacks: Ranges
  question: Question | undefined
  avoidUntil: number
}

export class Holders {
  private readonly random: Random
  private readonly known = new Map<number, Holder>()
  private nextRequest = 0

  constructor(random: Random) {
    this.random = random
  }

  get size(): number {
    return this.known.size
  }

  has(link: number): boolean {
    return this.known.has(link)
  }

  /** All that they have told of. */
  *ranges(): Generator<HeldRange> {
    for (const { ranges } of this.known.values()) yield* ranges
  }

  /** A neighbour has said what it holds. */
  told(link: number, { ranges, over }: Held): void {
    const holder = this.known.get(link)
    if (holder !== undefined) Object.assign(holder, { ranges, over })
    else if (ranges.length > 0) {
      const lacks = new Ranges()
      this.known.set(link, { link, ranges, over, lacks, question: undefined, avoidUntil: -Infinity })
    }
    if (ranges.length === 0) this.known.delete(link)
  }

  lost(link: number): void {
    this.known.delete(link)
  }

  clear(): void {
    this.known.clear()
  }

  /** Whether anybody holds this packet, as far as is known. */
  hold(sequence: number): boolean {
    for (const holder of this.known.values()) if (holds(holder, sequence)) return true
    return false
  }

  /** The first sequence at or after this one that anybody holds. */
  next(sequence: number): number | undefined {
    let next: number | undefined
    for (const { ranges, lacks } of this.known.values()) {
      for (const { first, end } of ranges) {
        let at = Math.max(first, sequence)
        while (at < end && lacks.has(at)) at++
        if (at < end && (next === undefined || at < next)) next = at
      }
    }
    return next
  }

  /** Whether anybody has been asked for this packet and may still answer. */
  isAsked(sequence: number): boolean {
    for (const { question } of this.known.values())
      if (question !== undefined && asksFor(question, sequence)) return true
    return false
  }

  /** What a neighbour has been asked, if this is the answer to it. */
  questionOf(link: number, { request }: Past): Question | undefined {
    const question = this.known.get(link)?.question
    return question?.request === request ? question : undefined
  }

  /** An answer is complete: what it has not brought is not there, unless the other end was busy or had said enough. */
  answered(link: number, { busy }: Past, now: number): void {
    const holder = this.known.get(link)
    if (holder?.question === undefined) return
    const { by, from, count, got } = holder.question
    holder.question = undefined
    if (busy) holder.avoidUntil = now + RECALL_BUSY_MS
    else if (by === 'sequence') {
      const end = got.size === 0 ? from + count : Math.max(...got)
      for (let at = from; at < end; at++) if (!got.has(at)) holder.lacks.add(at)
    } else if (got.size === 0) holder.avoidUntil = now + LENDER_AVOID_MS
  }

  /** Who has not answered is not waited for. */
  expire(now: number): void {
    for (const holder of this.known.values()) {
      if (holder.question === undefined || now < holder.question.at + RECALL_TIMEOUT_MS) continue
      holder.question = undefined
      holder.avoidUntil = now + LENDER_AVOID_MS
    }
  }

  /** Whether somebody has been asked for a time, and may still answer. */
  get isAskedForTime(): boolean {
    for (const { question } of this.known.values()) if (question?.by === 'time') return true
    return false
  }

  /** Asks somebody who holds what plays at this media time. @returns whom and what, or undefined if nobody can be asked now */
  askForTime(mediaTime: number, epoch: number, now: number): [number, Question] | undefined {
    if (this.isAskedForTime) return undefined
    const able = [...this.known.values()].filter(
      (holder) =>
        isIdle(holder, now) && holder.ranges.some(({ from, to }) => from <= mediaTime && mediaTime <= to)
    )
    const [holder] = this.random.sample(able, 1)
    if (holder === undefined) return undefined
    return this.ask(holder, epoch, 'time', mediaTime, MAX_RECALLED, now)
  }

  /** Asks for the end of the show somebody who says that it is over. */
  askForEnd(epoch: number, now: number): [number, Question] | undefined {
    const able = [...this.known.values()].filter((holder) => holder.over && isIdle(holder, now))
    const [holder] = this.random.sample(able, 1)
    const end = holder?.ranges.at(-1)?.end
    if (holder === undefined || end === undefined || holder.lacks.has(end - 1)) return undefined
    return this.ask(holder, epoch, 'sequence', end - 1, 1, now)
  }

  /** Asks for what is missing from this sequence on, of several at once where several hold it. */
  *askFrom(
    next: number,
    isHere: (sequence: number) => boolean,
    epoch: number,
    now: number
  ): Generator<[number, Question]> {
    let idle = this.random.sample(
      [...this.known.values()].filter((holder) => isIdle(holder, now)),
      this.known.size
    )
    for (let at = next; at < next + RECALL_AHEAD_PACKETS && idle.length > 0; at++) {
      if (isHere(at) || this.isAsked(at)) continue
      const holder = idle.find((each) => holds(each, at))
      if (holder === undefined) continue
      let end = at + 1
      while (end < at + MAX_RECALLED && !isHere(end) && holds(holder, end)) end++
      idle = idle.filter((each) => each !== holder)
      yield this.ask(holder, epoch, 'sequence', at, end - at, now)
    }
  }

  /** When a question is given up, or who was left alone may be asked again. */
  nextDeadline(now: number): number {
    let next = Infinity
    for (const { question, avoidUntil } of this.known.values()) {
      if (question !== undefined) next = Math.min(next, question.at + RECALL_TIMEOUT_MS)
      if (avoidUntil > now) next = Math.min(next, avoidUntil)
    }
    return next
  }

  private ask(
    holder: Holder,
    epoch: number,
    by: Recall['by'],
    from: number,
    count: number,
    now: number
  ): [number, Question] {
    this.nextRequest = (this.nextRequest + 1) & 0xffff
    const request = this.nextRequest
    const got = new Set<number>()
    holder.question = { type: 'recall', request, epoch, by, from, count, at: now, got, begin: undefined }
    return [holder.link, holder.question]
  }
}

function holds({ ranges, lacks }: Holder, sequence: number): boolean {
  return ranges.some(({ first, end }) => first <= sequence && sequence < end) && !lacks.has(sequence)
}

function isIdle({ question, avoidUntil }: Holder, now: number): boolean {
  return question === undefined && avoidUntil <= now
}

function asksFor({ by, from, count }: Question, sequence: number): boolean {
  return by === 'sequence' && sequence >= from && sequence < from + count
}
