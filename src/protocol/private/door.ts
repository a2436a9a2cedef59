/**
 * The door of a private show: until a link's other end has shown a token for itself, the peer behind the door does not hear of it.
 * What it says meanwhile waits.
 */

import { HELLO_TIMEOUT_MS, MAX_MESSAGE_BYTES } from '../limits.js'
import type { Input, Output } from '../machine.js'
import { equal, WireError } from '../wire/cursor.js'
import { encodeMessage } from '../wire/message.js'
import { idKey, type PeerId } from '../wire/record.js'
import { decodeToken, tokenHolds, tokenMessage } from '../wire/token.js'
import type { BroadcastId } from '../wire/broadcast.js'
import { encodeEntry, entriesIn } from './entry.js'
import type { Warrants } from './warrants.js'

/** What a link may say before it is let in. */
const MAX_WAITING_BYTES = 2 * MAX_MESSAGE_BYTES

type Opened = Extract<Input, { type: 'opened' }>

interface Guest {
  readonly opened: Opened
  readonly until: number
  /** What is to be heard when it is let in. */
  readonly waiting: Extract<Input, { type: 'received' }>[]
  waitingBytes: number
  /** Whether its token is being checked. */
  isAsked: boolean
}

export interface DoorOptions {
  readonly broadcast: BroadcastId
  readonly warrants: Warrants
  /** Lets an input in. */
  readonly admit: (input: Input, now: number) => void
  readonly emit: (output: Output) => void
  /** A link is in: its other end may have the group key. */
  readonly onAdmitted: (link: number, now: number) => void
}

export class Door {
  private readonly options: DoorOptions
  private readonly guests = new Map<number, Guest>()
  /** Links that are in, by whom. */
  private readonly inside = new Map<number, PeerId>()
  private readonly kicked = new Set<string>()
  private token: Uint8Array

  constructor(options: DoorOptions, token: Uint8Array) {
    this.options = options
    this.token = token
  }

  /** A newer token of our own, for links to come. */
  renew(token: Uint8Array): void {
    this.token = token
  }

  /** Links whose other ends are in. */
  get links(): Iterable<number> {
    return this.inside.keys()
  }

  has(link: number): boolean {
    return this.inside.has(link)
  }

  /** A link is open: our token is the first that it hears of us. */
  opened(input: Opened, now: number): void {
    const { link } = input
    const until = now + HELLO_TIMEOUT_MS
    this.guests.set(link, { opened: input, until, waiting: [], waitingBytes: 0, isAsked: false })
    if (input.remoteId !== undefined && this.kicked.has(idKey(input.remoteId)))
      this.refuse(link, 'you were shown out', now)
    else this.options.emit({ type: 'send', link, bytes: encodeEntry('token', this.token) })
  }

  /** @returns whether the input is for somebody who is not in yet: it has been taken. */
  received(input: Extract<Input, { type: 'received' }>, now: number): boolean {
    const guest = this.guests.get(input.link)
    if (guest === undefined) return false
    guest.waitingBytes += input.bytes.length
    if (guest.waitingBytes > MAX_WAITING_BYTES) {
      this.refuse(input.link, 'you say too much before you are let in', now)
      return true
    }
    guest.waiting.push(input)
    if (!guest.isAsked) this.look(guest, input.bytes, now)
    return true
  }

  /** @returns whether it was somebody who never got in. */
  closed(link: number, now: number): boolean {
    this.inside.delete(link)
    const guest = this.guests.get(link)
    if (guest === undefined) return false
    this.guests.delete(link)
    this.gone(guest, now)
    return true
  }

  /** Shows these peers out, and lets them in no more. */
  kick(peers: readonly PeerId[], now: number): void {
    for (const peer of peers) this.kicked.add(idKey(peer))
    for (const [link, peer] of [...this.inside]) {
      if (!this.kicked.has(idKey(peer))) continue
      this.inside.delete(link)
      this.farewell(link, 'you were shown out')
      this.options.admit({ type: 'closed', link }, now)
    }
  }

  /** Ends the links of those who have shown nothing in time. */
  tend(now: number): void {
    for (const [link, { until }] of [...this.guests])
      if (now >= until) this.refuse(link, 'you showed no token', now)
  }

  nextDeadline(): number {
    let next = Infinity
    for (const { until } of this.guests.values()) next = Math.min(next, until)
    return next
  }

  /** Its first message is its token. */
  private look(guest: Guest, bytes: Uint8Array, now: number): void {
    const { link, remoteId } = guest.opened
    const { broadcast, warrants } = this.options
    try {
      const [entry] = entriesIn(bytes)
      if (entry?.type !== 'token') {
        this.refuse(link, 'this show is private: it takes a token to get in', now)
        return
      }
      const token = decodeToken(entry.body)
      const claimed = remoteId ?? guest.opened.dialled
      // A transport that proves nobody lets nobody in.
      if (claimed === undefined || remoteId === undefined || !equal(token.peer, claimed)) {
        this.refuse(link, 'your token is for somebody else', now)
      } else if (!tokenHolds(token, now)) {
        this.refuse(link, 'your token is out of date', now)
      } else {
        guest.isAsked = true
        const message = (): Uint8Array => tokenMessage(broadcast, token)
        warrants.check(token.certificate, message, token.signature, now, (valid, then) => {
          if (this.guests.get(link) !== guest) return
          if (valid && !this.kicked.has(idKey(token.peer))) this.letIn(guest, token.peer, then)
          else this.refuse(link, 'your token is not good here', then)
        })
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.refuse(link, 'your token cannot be read', now)
    }
  }

  private letIn({ opened, waiting }: Guest, peer: PeerId, now: number): void {
    const { link } = opened
    this.guests.delete(link)
    this.inside.set(link, peer.slice())
    this.options.admit(opened, now)
    this.options.onAdmitted(link, now)
    for (const input of waiting) if (this.inside.has(link)) this.options.admit(input, now)
  }

  private refuse(link: number, why: string, now: number): void {
    const guest = this.guests.get(link)
    if (guest === undefined) return
    this.guests.delete(link)
    this.farewell(link, why)
    this.gone(guest, now)
  }

  private farewell(link: number, text: string): void {
    this.options.emit({
      type: 'send',
      link,
      bytes: encodeMessage({ type: 'bye', reason: 'private', text, others: [] })
    })
    this.options.emit({ type: 'close', link })
  }

  /** Whom we dialled is somebody who cannot be reached, for the peer behind the door. */
  private gone({ opened: { dialled } }: Guest, now: number): void {
    if (dialled !== undefined) this.options.admit({ type: 'dial-failed', peer: dialled }, now)
  }
}
