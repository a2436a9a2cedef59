/**
 * A peer of a private show: the same machine, behind a door. It hears of those links alone whose other ends have shown a token; its
 * packets are encrypted on their way out of the origin, and decrypted behind playout. Between the two it relays what it
 * need not understand.
 *
 * The group key goes from peer to peer, to whoever is let in. A new one tells who is shown out, so that whoever has heard it
 * ends their links, and none of them can read on.
 */

import { Peer } from '../peer.js'
import type { PeerOptions, PeerStats } from '../peer-options.js'
import type { Input, Output } from '../machine.js'
import { WireError } from '../wire/cursor.js'
import { decodeGroupKey, groupKeyMessage } from '../wire/group-key.js'
import { Door } from './door.js'
import { encodeEntry, entriesIn } from './entry.js'
import { GroupKeys, type KnownKey } from './group-keys.js'
import { Hearing } from './hearing.js'
import { Warrants } from './warrants.js'
import { Writing } from './writing.js'

export interface PrivatePeerOptions extends PeerOptions {
  /** This peer's token; `encodeToken` has made it. A later one is given by an input `token`. */
  readonly token: Uint8Array
}

export class PrivatePeer extends Peer {
  private said: Output[] = []
  private readonly groupKeys = new GroupKeys()
  private readonly warrants: Warrants
  private readonly door: Door
  private readonly hearing: Hearing
  private readonly writing: Writing | undefined
  private readonly isPrivateOrigin: boolean
  private readonly id: PrivatePeerOptions['broadcast']

  constructor(options: PrivatePeerOptions) {
    const { broadcast, source, recording = false, token } = options
    // Playout gives packets in their order; what is in them is read behind it.
    super({ ...options, recording: source === undefined || recording })
    const emit = (output: Output): void => void this.said.push(output)
    const { groupKeys: keys } = this
    this.id = broadcast
    this.isPrivateOrigin = source !== undefined
    this.warrants = new Warrants(broadcast, emit)
    this.hearing = new Hearing(keys, emit, { keepsRecord: recording, isHeard: source === undefined })
    this.door = new Door(
      {
        broadcast,
        warrants: this.warrants,
        admit: (input, now) => this.behind(input, now),
        emit,
        onAdmitted: (link) => {
          for (const { bytes } of keys.all) this.tell(link, bytes)
        }
      },
      token
    )
    if (source !== undefined) {
      this.writing = new Writing(source.certificate, {
        broadcast,
        keys,
        emit,
        onKey: (key, now) => this.adoptKey(key, now)
      })
    }
  }

  override step(input: Input, now: number): Output[] {
    this.takePrivately(input, now)
    this.door.tend(now)
    // What the door has kept to itself must not keep the peer behind from what is due.
    if (super.nextDeadline(now) <= now) this.behind({ type: 'tick' }, now)
    const { said } = this
    this.said = []
    return said
  }

  override nextDeadline(now: number): number {
    return Math.min(super.nextDeadline(now), this.door.nextDeadline())
  }

  override stats(): PeerStats {
    const stats = super.stats()
    if (this.isPrivateOrigin) return stats
    const { frames, gaps } = this.hearing
    return { ...stats, frames, gaps }
  }

  private takePrivately(input: Input, now: number): void {
    switch (input.type) {
      case 'opened':
        this.door.opened(input, now)
        break
      case 'received':
        if (this.door.received(input, now)) break
        if (this.door.has(input.link)) this.listenTo(input, now)
        this.behind(input, now)
        break
      case 'closed':
        if (!this.door.closed(input.link, now)) this.behind(input, now)
        break
      case 'verified':
        if (!this.warrants.answered(input.check, input.valid, now)) this.behind(input, now)
        break
      case 'signed': {
        const answer = this.writing === undefined ? input : this.writing.signed(input, now)
        if (answer !== undefined) this.behind(answer, now)
        break
      }
      case 'start':
        this.behind(input, now)
        this.writing?.make(0)
        break
      case 'succeed':
        this.behind(input, now)
        this.writing?.succeed(input.certificate, input.handover.first)
        break
      case 'kick':
        this.writing?.kick(input.peer, super.stats().packets)
        break
      case 'token':
        this.door.renew(input.token)
        break
      case 'made-key':
        this.writing?.madeKey(input.key)
        break
      case 'encrypted':
        this.writing?.encryptedAs(input.sequence, input.payload)
        break
      case 'decrypted':
        this.hearing.decrypted(input.id, input.payload)
        break
      default:
        this.behind(input, now)
    }
  }

  /** The peer behind the door takes an input. */
  private behind(input: Input, now: number): void {
    for (const output of super.step(input, now)) {
      switch (output.type) {
        case 'sign':
          this.writing!.sign(output)
          break
        case 'notice':
          if (output.notice.event === 'certified') this.groupKeys.begin(output.notice.epoch)
          this.said.push(output)
          break
        case 'close':
          this.door.closed(output.link, now)
          this.said.push(output)
          break
        case 'record':
        case 'play':
        case 'done':
          this.hearing.take(output)
          break
        default:
          this.said.push(output)
      }
    }
  }

  /** Group keys, from whoever is in. */
  private listenTo({ link, bytes }: Extract<Input, { type: 'received' }>, now: number): void {
    if (this.isPrivateOrigin) return
    try {
      for (const { type, body } of entriesIn(bytes))
        if (type === 'groupKey') this.heardOfKey(link, body.slice(), now)
    } catch (error) {
      // What breaks off is malformed for the peer behind as well, which ends the link.
      if (!(error instanceof WireError)) throw error
    }
  }

  private heardOfKey(link: number, bytes: Uint8Array, now: number): void {
    const key = decodeGroupKey(bytes)
    let epoch = -1
    const message = (certificate: { epoch: number }): Uint8Array => {
      epoch = certificate.epoch
      return groupKeyMessage(this.id, epoch, key)
    }
    this.warrants.check(key.certificate, message, key.signature, now, (valid, then) => {
      if (valid) this.adoptKey({ ...key, epoch }, then)
      // Nobody passes on what he has not checked.
      else if (this.door.has(link)) this.behindGone(link, then)
    })
  }

  private behindGone(link: number, now: number): void {
    this.said.push({ type: 'close', link })
    this.door.closed(link, now)
    this.behind({ type: 'closed', link }, now)
  }

  private adoptKey(key: KnownKey, now: number): void {
    if (!this.groupKeys.isNews(key.epoch, key.generation)) return
    this.groupKeys.add(key)
    this.door.kick(key.kicked, now)
    for (const link of this.door.links) this.tell(link, key.bytes)
    this.hearing.retry()
  }

  private tell(link: number, key: Uint8Array): void {
    this.said.push({ type: 'send', link, bytes: encodeEntry('groupKey', key) })
  }
}
