/** Joining a broadcast: what is alike on all platforms, and how it fails. */

import { TreecastError } from '../protocol/errors.js'
import { MAX_BUFFER_MS, MIN_BUFFER_MS } from '../protocol/limits.js'
import type { Notice } from '../protocol/notice.js'
import type { PlayoutItem } from '../protocol/media/playout.js'
import type { PeerOptions } from '../protocol/peer-options.js'
import { type BroadcastLink, parseLink } from '../protocol/wire/link.js'
import type { Identity, Platform } from '../runtime/platform.js'
import type { Keeper } from './keeper.js'
import { checkLinks, checkNumber, checkWhole } from './options.js'
import type { TokenSource } from './private-show.js'
import { type LazyPast, type LinkOptions, type RunningPeer, startPeer } from './start-peer.js'

/** How long a listener waits for a broadcast that nobody carries yet; ms. */
export const DEFAULT_WAIT_MS = 10_000

export interface JoinOptions extends LinkOptions {
  /** Copies of the show that may be uploaded; default 4. */
  readonly maxChildren?: number
  /** Upload that may be used, kbit/s; default no cap. */
  readonly maxUploadKbps?: number
  /** How long a missing packet is waited for, ms of the show; 100…5,000, default 2,000. */
  readonly bufferMs?: number
  /** How long to wait for a broadcast that is not live yet, ms; Infinity for ever. Default 10,000. */
  readonly waitMs?: number
  /** This peer's own key, by which others know it again; default a new one. No two peers may have the same. */
  readonly identity?: Identity
  /** Lets this peer into a private show: a token that the publisher has signed for its key, or what asks for one, with the peer's key
   * as text, when it is needed and a minute before the last expires. One that is not renewed lasts for the links that are made while it
   * is good. */
  readonly token?: string | TokenSource
  /** Gives up when aborted, throwing the signal's reason; a listener that has joined leaves. */
  readonly signal?: AbortSignal
}

/** What joining asks of a listener, whatever its platform adds. */
interface Joining {
  attach(running: RunningPeer): void
  heard(item: PlayoutItem): void
  noticed(notice: Notice): void
  on(name: 'notice', listener: (notice: Notice) => void): () => void
  close(): Promise<void>
}

/**
 * Joins a broadcast. Resolves as soon as somebody has shown the publisher's certificate for it.
 *
 * @param make makes the listener, once the options have been found good.
 * @throws TreecastError `bad-link`, `bad-option`; `cannot-listen`, `unsupported`; `no-tracker` when no tracker of the link can
 *   be reached, nor anybody of its ticket within `waitMs`; `refused` or `version-mismatch` when no tracker will have us; `out-of-date` when the certificate is not of
 *   today; `not-live` when nobody carries the broadcast within `waitMs`; `not-the-publisher` when those who claim to carry it
 *   show no certificate of its publisher.
 */
export async function join<Options, L extends Joining>(
  platform: Platform<Options>,
  link: string | BroadcastLink,
  options: Options & JoinOptions,
  peer: Pick<PeerOptions, 'role'> & Partial<Omit<PeerOptions, 'replay'>> & LazyPast,
  defaultMaxLinks: number,
  make: () => L,
  onStarted: (listener: L) => void = () => undefined,
  keeper?: Keeper
): Promise<L> {
  const broadcast = typeof link === 'string' ? parseLink(link) : link
  const { bufferMs, maxChildren, maxUploadKbps, waitMs = DEFAULT_WAIT_MS, signal } = options
  checkNumber('bufferMs', bufferMs, MIN_BUFFER_MS, MAX_BUFFER_MS)
  checkWhole('maxChildren', maxChildren, 0, 1000)
  checkNumber('waitMs', waitMs, 0, Infinity)
  checkLinks(options)
  checkNumber('maxUploadKbps', maxUploadKbps, 0, 1e9)
  const { trackers, ticket } = broadcast
  if (trackers.length === 0 && ticket === undefined) {
    throw new TreecastError(
      'bad-link',
      'the link names no tracker; add one, as in ?tr=ws://host:port, or get a link with a ticket from somebody who listens'
    )
  }

  const { token } = options
  const identity = options.identity ?? (await platform.makeIdentity())
  const privacy =
    token === undefined
      ? undefined
      : await (await import('./private-show.js')).enter(token, identity.publicKey)
  const listener = make()
  const running = await startPeer({
    platform,
    network: options,
    identity,
    privacy,
    defaultMaxLinks,
    peer: {
      ...(maxChildren === undefined ? {} : { maxChildren }),
      ...(maxUploadKbps === undefined ? {} : { maxUploadKbps }),
      ...(bufferMs === undefined ? {} : { bufferMs }),
      ...peer,
      broadcast,
      trackers,
      ...(ticket === undefined ? {} : { ticket })
    },
    onRecord: keeper && ((packet, under, key) => keeper.take(under, packet, key)),
    onPlay: (item: PlayoutItem) => listener.heard(item),
    onNotice: (notice: Notice) => listener.noticed(notice)
  })
  const certified = untilCertified(listener, broadcast, waitMs, signal)
  listener.attach(running)
  onStarted(listener)
  try {
    await certified
  } catch (error) {
    await listener.close()
    throw error
  }
  signal?.addEventListener('abort', () => void listener.close(), { once: true })
  if (signal?.aborted === true) void listener.close()
  return listener
}

/** Resolves with the publisher's certificate; rejects when there is no hope of it. */
function untilCertified(
  listener: Joining,
  broadcast: BroadcastLink,
  waitMs: number,
  signal: AbortSignal | undefined
): Promise<void> {
  return new Promise((resolve, reject) => {
    let joined = false
    let problem: TreecastError | undefined
    const settle = (error?: Error): void => {
      clearTimeout(timer)
      stop()
      signal?.removeEventListener('abort', onAbort)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onAbort = (): void => settle(signal?.reason as Error)
    const timer = setTimeout(
      () => settle(problem ?? notLive(broadcast, `nobody carries it (waited ${waitMs / 1000} s)`)),
      Math.min(waitMs, 2 ** 31 - 1)
    )
    const stop = listener.on('notice', (notice) => {
      if (notice.event === 'certified') settle()
      else if (notice.event === 'joined') joined = true
      else if (notice.event === 'no-tracker' && !joined) {
        const failure = problem ?? noTracker(broadcast)
        // With a ticket there is another way in, for as long as we were told to wait.
        if (broadcast.ticket === undefined) settle(failure)
        else problem = failure
      } else if (notice.event === 'refused') problem = refusal(notice)
      else if (notice.event === 'out-of-date') problem = outOfDate(broadcast)
      else if (notice.event === 'not-the-publisher') problem = notThePublisher(broadcast)
    })
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted === true) onAbort()
  })
}

/** A tracker or a peer will not have us. */
export function refusal({ reason, text }: Extract<Notice, { event: 'refused' }>): TreecastError {
  const code = reason === 'version' ? 'version-mismatch' : 'refused'
  return new TreecastError(code, `refused: ${text}`)
}

/** No tracker answered, nor anybody of a ticket. */
export function noTracker({ trackers, ticket }: Pick<BroadcastLink, 'trackers' | 'ticket'>): TreecastError {
  const which =
    trackers.length === 1
      ? `the tracker ${trackers[0]} does`
      : `none of the trackers ${trackers.join(', ')} does`
  const peers = ticket === undefined ? '' : ', and nobody of the ticket could be reached'
  return new TreecastError(
    'no-tracker',
    `${which} not answer${peers}; check the address, and that it is running`
  )
}

function notLive({ name }: BroadcastLink, why: string): TreecastError {
  return new TreecastError(
    'not-live',
    `the broadcast "${name}" of this link is not live: ${why}; check the key in the link, or wait longer for it`
  )
}

function outOfDate({ name }: BroadcastLink): TreecastError {
  return new TreecastError(
    'out-of-date',
    `the publisher's certificate for "${name}" is not valid today; check this machine's clock, or ask the publisher to begin again`
  )
}

function notThePublisher({ name }: BroadcastLink): TreecastError {
  return new TreecastError(
    'not-the-publisher',
    `what is offered as "${name}" is not signed by the publisher whose key stands in the link; get the link from the publisher again`
  )
}
