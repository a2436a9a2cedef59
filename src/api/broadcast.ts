/** Broadcasting: packs and signs a source and feeds it into the tree. */

import { once } from 'node:events'
import { isLive, openSource } from '../audio/sources/open.js'
import { pace } from '../audio/pacer.js'
import type { Source, SourceItem, Tag } from '../audio/source.js'
import { TreecastError } from '../protocol/errors.js'
import {
  DEFAULT_STRIPES,
  MAX_FRAME_BYTES,
  MAX_CERTIFICATE_SECONDS,
  MAX_METADATA_FIELDS,
  MAX_METADATA_KEY_BYTES,
  MAX_METADATA_VALUE_BYTES,
  MAX_STRIPES
} from '../protocol/limits.js'
import type { Notice } from '../protocol/machine.js'
import { nameProblem } from '../protocol/wire/broadcast.js'
import {
  type Certificate,
  certificateMessage,
  decodeCertificate,
  encodeCertificateBody
} from '../protocol/wire/certificate.js'
import { formatLink, trackerUrlProblem } from '../protocol/wire/link.js'
import { type KeyPair, keyPairFromSeed, randomSeed } from '../runtime/crypto.js'
import { Emitter } from './emitter.js'
import { noTracker, refusal } from './listen.js'
import { checkNetwork, checkNumber, checkWhole } from './options.js'
import { type NetworkOptions, type RunningPeer, startPeer } from './start-peer.js'
import { type Stats, STATS_INTERVAL_MS, statsOf } from './stats.js'

/** What tags may take of a metadata packet: it is one datagram, like any other. */
const METADATA_ROOM_BYTES = 960

export interface BroadcastOptions extends NetworkOptions {
  /** An Ogg Opus file, `-` for standard input, an `http(s)://` stream, or a source of your own. */
  readonly source: string | Source
  /** 1…8 tracker URLs, `ws://` or `wss://`. */
  readonly trackers: readonly string[]
  /** The publisher's root key; default a new one, whose link is good for this show only. */
  readonly keys?: KeyPair
  /** What the broadcast is called in its link; default `live`. */
  readonly name?: string
  /** Copies that the origin uploads, at most; default 4. */
  readonly maxChildren?: number
  /** Media time to a packet, ms; 20…1,000, default 100. */
  readonly packetMs?: number
  /** Into how many stripes the show is dealt; 1…16, default 4. */
  readonly stripes?: number
  /** Begin a file again when it ends, for ever. */
  readonly loop?: boolean
  /** Send faster than the audio: for rehearsals and tests. Default 1. */
  readonly speed?: number
  /** How long a source may give nothing before the show is ended, ms; default 10,000. */
  readonly stallMs?: number
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
  /** For logs. */
  notice: Notice
  ended: BroadcastSummary
}

export class Broadcast extends Emitter<BroadcastEvents> {
  /** The treecast: link: publish it. */
  readonly link: string
  /** Resolves when the show has ended and everything is released; rejects with what was wrong with the source. */
  readonly ended: Promise<BroadcastSummary>
  private readonly stop = new AbortController()
  private running: RunningPeer | undefined
  private statsTimer: NodeJS.Timeout | undefined

  /** Use {@link broadcast}. */
  constructor(
    link: string,
    feed: (broadcast: Broadcast, signal: AbortSignal) => Promise<void>,
    live: Promise<void>
  ) {
    super()
    this.link = link
    this.ended = live.then(() => this.run(feed))
    this.ended.catch(() => undefined)
  }

  stats(): Stats {
    const { id, peer, driver } = this.running!
    return statsOf(id, peer, driver)
  }

  /** Ends the show where it is, in good order, and waits until listeners have heard its end. */
  async close(): Promise<void> {
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
    try {
      await feed(this, this.stop.signal)
    } finally {
      driver.give({ type: 'source-end' })
      await driver.done
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

/**
 * Begins a broadcast. Resolves when it is live: a tracker knows of it, and the first frame is about to be sent.
 *
 * @throws TreecastError `bad-option`; `cannot-listen`; `no-tracker`, `refused` or `version-mismatch`; and what is wrong
 *   with the beginning of the source (`source-unreadable`, `not-ogg`, `not-opus`, …).
 */
export async function broadcast(options: BroadcastOptions): Promise<Broadcast> {
  const { trackers, name = 'live', maxChildren, packetMs, stripes = DEFAULT_STRIPES, signal } = options
  const keys = options.keys ?? keyPairFromSeed(randomSeed())
  checkWhole('maxChildren', maxChildren, 1, 1000)
  checkNumber('packetMs', packetMs, 20, 1000)
  checkWhole('stripes', stripes, 1, MAX_STRIPES)
  checkNumber('speed', options.speed, Number.MIN_VALUE, Infinity)
  checkNumber('stallMs', options.stallMs, 1, Infinity)
  checkNetwork(options)
  const link = linkOf(keys.publicKey, name, trackers)
  const { first, rest } = await begin(options)

  const showKeys = keyPairFromSeed(randomSeed())
  const certificate = certify(keys, name, showKeys.publicKey, stripes)
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
    show.take(first)
    for await (const item of paced(rest, options, stop)) show.take(item)
  }
  const show = new Broadcast(link, feed, isLiveNow)
  try {
    const running = await startPeer({
      network: options,
      peer: {
        broadcast: certificate.broadcast,
        trackers,
        role: 'origin',
        source: { certificate, ...(packetMs === undefined ? {} : { packetMs }) },
        ...(maxChildren === undefined ? {} : { maxChildren })
      },
      sign: showKeys.sign,
      onPlay: () => undefined,
      onNotice: (notice) => {
        if (notice.event === 'joined') live()
        else if (notice.event === 'no-tracker') fail(problem ?? noTracker(trackers))
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
    await rest.return?.()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  signal?.addEventListener('abort', () => void show.close(), { once: true })
  if (signal?.aborted === true) void show.close()
  return show
}

/** Opens the source and reads to its first item: a source that is none is known before anything is announced. */
async function begin(
  options: BroadcastOptions
): Promise<{ first: SourceItem; rest: AsyncIterator<SourceItem> }> {
  const { source, loop = false, stallMs, signal } = options
  const opened =
    typeof source === 'string'
      ? openSource(source, {
          loop,
          ...(stallMs === undefined ? {} : { stallMs }),
          ...(signal === undefined ? {} : { signal })
        })
      : source
  const rest = opened[Symbol.asyncIterator]()
  const first = await Promise.race([rest.next(), ...(signal === undefined ? [] : [aborted(signal)])])
  signal?.throwIfAborted()
  if (first.done === true) {
    throw new TreecastError('source-empty', 'the source holds no audio; name an Ogg Opus source')
  }
  return { first: first.value, rest }
}

/** Rejects with the signal's reason. */
async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort')
  throw signal.reason
}

/** The rest of the source at the audio's pace, until the signal. */
function paced(
  rest: AsyncIterator<SourceItem>,
  options: BroadcastOptions,
  signal: AbortSignal
): AsyncIterable<SourceItem> {
  const { source, speed = 1 } = options
  const live = typeof source !== 'string' || isLive(source)
  signal.addEventListener('abort', () => void rest.return?.(), { once: true })
  return pace({ [Symbol.asyncIterator]: () => rest }, { speed, live, signal })
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

/** Certifies a new show key. Its epoch is the second in which it was made, so that a restart revokes what was before. */
function certify(keys: KeyPair, name: string, showKey: Uint8Array, stripes: number): Certificate {
  const second = Math.floor(Date.now() / 1000)
  const body = encodeCertificateBody({
    broadcast: { publisher: keys.publicKey, name },
    epoch: second,
    showKey,
    notBefore: second,
    notAfter: second + MAX_CERTIFICATE_SECONDS,
    stripes
  })
  const bytes = new Uint8Array([...body, ...keys.sign(certificateMessage(body))])
  return decodeCertificate(bytes, { publisher: keys.publicKey, name }).certificate
}

/** The tags that people want to read: short ones; names in lower case. */
function metadataOf(tags: readonly Tag[]): Map<string, string> {
  const fields = new Map<string, string>()
  let room = METADATA_ROOM_BYTES
  for (const { name, value } of tags) {
    const key = name.toLowerCase()
    const [keyBytes, valueBytes] = [Buffer.byteLength(key), Buffer.byteLength(value)]
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
