/** Broadcasting: packs and signs what a source gives and feeds it into the tree. The same in browsers and in Node.js. */

import type { SourceItem, Tag } from '../audio/source.js'
import { TreecastError } from '../protocol/errors.js'
import {
  DEFAULT_MAX_LINKS,
  DEFAULT_STRIPES,
  MAX_CANDIDATES,
  MAX_FRAME_BYTES,
  MAX_METADATA_FIELDS,
  MAX_METADATA_KEY_BYTES,
  MAX_METADATA_VALUE_BYTES,
  MAX_STRIPES,
  SEAL_PACKETS
} from '../protocol/limits.js'
import type { Notice } from '../protocol/notice.js'
import { publishing } from '../protocol/media/publisher.js'
import type { MakeReplay } from '../protocol/replay/replay.js'
import { keyToText, nameProblem } from '../protocol/wire/broadcast.js'
import { equal } from '../protocol/wire/cursor.js'
import { formatLink, parseLink, trackerUrlProblem } from '../protocol/wire/link.js'
import type { PeerRecord } from '../protocol/wire/record.js'
import type { Platform, Signer } from '../runtime/platform.js'
import { sealWith } from '../runtime/seal.js'
import { DEFAULT_KEY_HOURS, rootShowKeys, type ShowKey, type ShowKeys } from '../runtime/show-keys.js'
import { issueToken, makeToken, peerFromText } from '../runtime/tokens.js'
import { Emitter } from './emitter.js'
import type { Keeper } from './keeper.js'
import { noTracker, refusal } from './listen.js'
import { checkLinks, checkNumber, checkWhole } from './options.js'
import { Rotation } from './rotation.js'
import { type LinkOptions, type RunningPeer, startPeer } from './start-peer.js'
import { type Stats, STATS_INTERVAL_MS, statsOf } from './stats.js'

/** What tags may take of a metadata packet: it is one datagram, like any other. */
const METADATA_ROOM_BYTES = 960

export interface AirOptions extends LinkOptions {
  /** 1…8 tracker URLs, `ws://` or `wss://`. */
  readonly trackers: readonly string[]
  /** The publisher's root key; default a new one, whose link is good for this show only. Or show keys that it has certified
   * elsewhere, so that it need not be here: `showKeysFrom(file)`. */
  readonly keys?: Signer | ShowKeys
  /** What the broadcast is called in its link; default `live`, or as the show keys say. */
  readonly name?: string
  /** How often the root key certifies a new show key, in hours; above 0, at most 12, which is the default. Listeners notice nothing
   * of it. */
  readonly keyHours?: number
  /** Copies that the origin uploads, at most; default 4. */
  readonly maxChildren?: number
  /** Peers that the origin feeds at most, each with as many stripes as it takes. Default: no bound; with four stripes up to
   * four times `maxChildren`. The fewer there are, the more depends on each. */
  readonly maxPeers?: number
  /** Links of roots, as `relay --root` tells them: 1…64 peers. The origin dials these and feeds nobody else, as many at a time
   * as `maxChildren` says; the rest take the places of those that are lost. It listens nowhere, and no message holds an address
   * of it. Default: none, and whoever is sent by a tracker may come. */
  readonly roots?: readonly string[]
  /** Media time to a packet, ms; 20…1,000, default 100. */
  readonly packetMs?: number
  /** Into how many stripes the show is dealt; 1…16, default 4, or as the show keys say. */
  readonly stripes?: number
  /** @internal Keeps the show and lends its past. */
  readonly replay?: MakeReplay
  /** Lets in only who has a token, and encrypts what is heard: docs/private-shows.md says what that can do, and what not. Default
   * false. */
  readonly private?: boolean
  /** Ends the show in good order; before it is live, gives up, throwing the signal's reason. */
  readonly signal?: AbortSignal
}

export interface BroadcastSummary {
  readonly packets: number
  readonly frames: number
  /** Packets uploaded over packets made. */
  readonly copies: number
}

export interface BroadcastEvents {
  /** Once a second. */
  stats: Stats
  /** The show is over, and what was kept of it is lent until `close()`. */
  lending: undefined
  /** For logs. */
  notice: Notice
  /** The recording cannot be written any more; the show goes on. */
  recordingfailed: TreecastError
  /** The next show key cannot be had, or the last is about to expire; the show goes on, and it is tried again each minute. */
  keyfailed: TreecastError
  ended: BroadcastSummary
}

export class Broadcast extends Emitter<BroadcastEvents> {
  /** The treecast: link: publish it. */
  readonly link: string
  /** Resolves when the show has ended and everything is released; rejects with what was wrong with the source. */
  readonly ended: Promise<BroadcastSummary>
  private readonly stop = new AbortController()
  private readonly keeper: Keeper | undefined
  private readonly rotation: Rotation
  private readonly isPrivate: boolean
  private running: RunningPeer | undefined
  private statsTimer: ReturnType<typeof setInterval> | undefined

  /** @internal */
  constructor(
    link: string,
    feed: (broadcast: Broadcast, signal: AbortSignal) => Promise<void>,
    live: Promise<void>,
    rotation: Rotation,
    keeper: Keeper | undefined,
    isPrivate: boolean
  ) {
    super()
    this.isPrivate = isPrivate
    this.link = link
    this.keeper = keeper
    this.rotation = rotation
    rotation.onError = (error) => this.emit('keyfailed', error)
    if (keeper !== undefined) keeper.onError = (error) => this.emit('recordingfailed', error)
    this.ended = live.then(() => this.run(feed))
    this.ended.catch(() => undefined)
  }

  stats(): Stats {
    return statsOf(this.running!)
  }

  /**
   * Lets a peer into this private show, for links that it makes in the next minutes.
   *
   * @param peer its key as text
   * @param minutes up to 10, the default
   * @throws TreecastError `bad-option` if the show is not private, `peer` no key, or `minutes` out of its range.
   */
  async token(peer: string, minutes?: number): Promise<string> {
    this.checkPrivate()
    return issueToken(this.rotation.current, peer, minutes)
  }

  /**
   * Shows a peer out of this private show: whoever is linked with it ends that, nobody lets it in again, and the group key
   * changes, so that it can read nothing that is sent from a second or two later on. It keeps what it has heard. At most 200 peers.
   *
   * @param peer its key as text
   * @throws TreecastError `bad-option` if the show is not private, or `peer` no key.
   */
  kick(peer: string): void {
    this.checkPrivate()
    const id = peerFromText(peer)
    try {
      this.running!.driver.give({ type: 'kick', peer: id })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw new TreecastError('bad-option', `${error.message}; begin another one with new tokens`)
    }
  }

  private checkPrivate(): void {
    if (this.isPrivate) return
    throw new TreecastError(
      'bad-option',
      'this show is public: it has neither tokens nor anybody to show out'
    )
  }

  /** Ends the show where it is, in good order, and waits until listeners have heard its end. Nothing is lent any more. */
  async close(): Promise<void> {
    this.running?.driver.give({ type: 'stop-lending' })
    this.stop.abort()
    await this.ended.catch(() => undefined)
  }

  /** @internal */
  attach(running: RunningPeer): void {
    this.running = running
    running.driver.give({ type: 'start' })
  }

  /** @internal */
  noticed(notice: Notice): void {
    if (notice.event === 'lending') this.emit('lending', undefined)
    this.emit('notice', notice)
  }

  /** @internal */
  take(item: SourceItem): void {
    const { driver } = this.running!
    if (item.type === 'frame') {
      const { length } = item.frame.data
      if (length > MAX_FRAME_BYTES) {
        const problem = `a frame of ${length} bytes is more than the ${MAX_FRAME_BYTES} that a packet holds`
        throw new TreecastError('not-opus', `the source is no ordinary Opus: ${problem}; encode it again`)
      }
      driver.give({ type: 'source-frame', frame: item.frame })
      return
    }
    driver.give({ type: 'source-stream', format: item.format })
    const fields = metadataOf(item.tags)
    if (fields.size > 0) driver.give({ type: 'source-metadata', fields })
  }

  private async run(
    feed: (broadcast: Broadcast, signal: AbortSignal) => Promise<void>
  ): Promise<BroadcastSummary> {
    const { driver } = this.running!
    this.statsTimer = setInterval(() => this.emit('stats', this.stats()), STATS_INTERVAL_MS)
    this.rotation.begin(this.running!)
    try {
      await feed(this, this.stop.signal)
    } finally {
      this.rotation.end()
      driver.give({ type: 'source-end' })
      await driver.done
      await this.keeper?.end()
      clearInterval(this.statsTimer)
      this.emit('ended', this.summary())
    }
    return this.summary()
  }

  private summary(): BroadcastSummary {
    const { packets, frames, sent } = this.stats()
    return { packets, frames, copies: packets === 0 ? 0 : Math.round((sent / packets) * 1000) / 1000 }
  }
}

/** A source that has been read to its first item: one that is none is known before anything is announced. */
export interface OpenedSource {
  readonly first: SourceItem
  /** The rest at the pace of its audio, until the signal. */
  readonly rest: (signal: AbortSignal) => AsyncIterable<SourceItem>
  /** Lets go of it where the broadcast comes to nothing. */
  readonly release: () => Promise<unknown>
}

/**
 * Begins a broadcast. Resolves when it is live: a tracker knows of it, and the first frame is about to be sent.
 *
 * @throws TreecastError `bad-option`; `cannot-listen`, `unsupported`; `no-tracker`, `refused` or `version-mismatch`; and what
 *   `open` throws.
 */
export async function goOnAir<Options>(
  platform: Platform<Options>,
  options: Options & AirOptions,
  open: () => Promise<OpenedSource>,
  keeper?: Keeper
): Promise<Broadcast> {
  const { trackers, maxChildren, maxPeers, packetMs, signal } = options
  checkWhole('maxChildren', maxChildren, 1, 1000)
  checkWhole('maxPeers', maxPeers, 1, 16_000)
  checkNumber('packetMs', packetMs, 20, 1000)
  checkWhole('stripes', options.stripes, 1, MAX_STRIPES)
  checkNumber('keyHours', options.keyHours, Number.MIN_VALUE, DEFAULT_KEY_HOURS)
  checkLinks(options)
  const keys = await showKeysOf(platform, options)
  const { publisher, name } = keys
  const link = linkOf(publisher, name, trackers)
  const roots = options.roots === undefined ? undefined : rootsOf(options.roots, publisher, name)
  const source = await open()

  const showKey = await firstOf(keys, options.stripes).catch(async (error: unknown) => {
    await source.release()
    throw error
  })
  const { certificate } = showKey
  const rotation = new Rotation(keys, showKey)
  let live: () => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const isLiveNow = new Promise<void>((resolve, reject) => {
    live = resolve
    fail = reject
  })
  const onAbort = (): void => fail(signal?.reason as Error)
  signal?.addEventListener('abort', onAbort)
  let problem: TreecastError | undefined
  const feed = async (show: Broadcast, stop: AbortSignal): Promise<void> => {
    show.take(source.first)
    for await (const item of source.rest(stop)) show.take(item)
  }
  const show = new Broadcast(link, feed, isLiveNow, rotation, keeper, options.private === true)
  try {
    const identity = await platform.makeIdentity()
    const renew = (): Promise<Uint8Array> => makeToken(rotation.current, identity.publicKey)
    const privacy =
      options.private === true
        ? (await import('./private-show.js')).privately(await renew(), renew)
        : undefined
    const running = await startPeer({
      platform,
      network: options,
      identity,
      privacy,
      defaultMaxLinks: DEFAULT_MAX_LINKS,
      peer: {
        broadcast: certificate.broadcast,
        trackers,
        role: 'origin',
        source: {
          certificate,
          publish: publishing(certificate, {
            sealPackets: SEAL_PACKETS,
            ...(packetMs === undefined ? {} : { packetMs })
          }),
          ...(roots === undefined ? {} : { roots })
        },
        ...(maxChildren === undefined ? {} : { maxChildren }),
        ...(maxPeers === undefined ? {} : { maxPeers }),
        ...(options.replay === undefined ? {} : { past: { replay: options.replay } })
      },
      sign: rotation.sign,
      seal: sealWith(platform.hash),
      onRecord: keeper && ((packet, under, key) => keeper.take(under, packet, key)),
      onPlay: () => undefined,
      onNotice: (notice) => {
        if (notice.event === 'joined') live()
        else if (notice.event === 'no-tracker') fail(problem ?? noTracker({ trackers }))
        else if (notice.event === 'refused') problem = refusal(notice)
        show.noticed(notice)
      }
    })
    show.attach(running)
    try {
      await isLiveNow
    } catch (error) {
      running.driver.give({ type: 'leave' })
      await running.driver.done
      throw error
    }
  } catch (error) {
    fail(error as Error)
    await source.release()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  signal?.addEventListener('abort', () => void show.close(), { once: true })
  if (signal?.aborted === true) void show.close()
  return show
}

/** Where the show keys come from. @throws TreecastError `bad-option` where they are of another broadcast */
async function showKeysOf<Options>(platform: Platform<Options>, options: AirOptions): Promise<ShowKeys> {
  const { keys, name, stripes = DEFAULT_STRIPES, keyHours: hours } = options
  if (keys === undefined || !('next' in keys)) {
    const root = keys ?? (await platform.makeSigner())
    return rootShowKeys(root, platform.makeSigner, { name: name ?? 'live', stripes, hours })
  }
  if (name !== undefined && name !== keys.name) {
    const problem = `the show keys are certified for "${keys.name}", not for "${name}"`
    throw new TreecastError('bad-option', `${problem}; leave the name out, or certify others`)
  }
  return keys
}

async function firstOf(keys: ShowKeys, stripes: number | undefined): Promise<ShowKey> {
  const key = await keys.next()
  if (stripes === undefined || stripes === key.certificate.stripes) return key
  const problem = `the show keys are certified for ${key.certificate.stripes} stripes, not for ${stripes}`
  throw new TreecastError('bad-option', `${problem}; leave the stripes out, or certify others`)
}

function linkOf(publisher: Uint8Array, name: string, trackers: readonly string[]): string {
  const problem = nameProblem(name)
  if (problem !== undefined)
    throw new TreecastError('bad-option', `the name "${name}" is not allowed: ${problem}`)
  if (trackers.length === 0)
    throw new TreecastError('bad-option', 'a broadcast needs a tracker, as in ws://host:port')
  for (const url of trackers) {
    const wrong = trackerUrlProblem(url)
    if (wrong !== undefined)
      throw new TreecastError('bad-option', `the tracker "${url}" is not allowed: ${wrong}`)
  }
  return formatLink({ publisher, name, trackers })
}

/** The peers that these links name. How old their tickets are does not matter: whoever answers must hold the key. */
function rootsOf(links: readonly string[], publisher: Uint8Array, name: string): PeerRecord[] {
  const roots = new Map<string, PeerRecord>()
  for (const text of links) {
    const link = parseLink(text)
    const wrong =
      link.name !== name || !equal(link.publisher, publisher)
        ? 'it is of another broadcast; start the root with the link of this one, and keep its key with --key'
        : link.ticket === undefined
          ? 'it names no peer; take the link that the root itself tells'
          : undefined
    if (wrong !== undefined)
      throw new TreecastError('bad-option', `the root "${text}" is not allowed: ${wrong}`)
    for (const { id, addresses } of link.ticket ?? []) roots.set(keyToText(id), { id, addresses })
  }
  if (roots.size === 0 || roots.size > MAX_CANDIDATES) {
    throw new TreecastError('bad-option', `${roots.size} roots; 1 to ${MAX_CANDIDATES} can be named`)
  }
  return [...roots.values()]
}

/** The tags that people want to read: short ones; names in lower case. */
function metadataOf(tags: readonly Tag[]): Map<string, string> {
  const fields = new Map<string, string>()
  const encoder = new TextEncoder()
  let room = METADATA_ROOM_BYTES
  for (const { name, value } of tags) {
    const key = name.toLowerCase()
    const [keyBytes, valueBytes] = [encoder.encode(key).length, encoder.encode(value).length]
    const isShort =
      keyBytes <= MAX_METADATA_KEY_BYTES &&
      valueBytes <= MAX_METADATA_VALUE_BYTES &&
      keyBytes + valueBytes <= room
    if (!isShort || key === 'encoder' || fields.has(key) || fields.size >= MAX_METADATA_FIELDS) continue
    fields.set(key, value)
    room -= keyBytes + valueBytes
  }
  return fields
}
