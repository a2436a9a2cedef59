/** Changes a show's key while it is on the air: when it has been used for long enough, or when there are new ones. */

import { TreecastError } from '../protocol/errors.js'
import { HANDOVER_LEAD_PACKETS } from '../protocol/limits.js'
import { handoverMessage } from '../protocol/wire/handover.js'
import type { Signer } from '../runtime/platform.js'
import type { ShowKey, ShowKeys } from '../runtime/show-keys.js'
import type { RunningPeer } from './start-peer.js'

/** Where no next key can be had, it is tried again after so long. */
const RETRY_MS = 60_000

/** Who runs the broadcast is warned for the last tenth of a key's life, an hour at most: listeners that come later are not let in. */
const WARN_SHARE = 0.1
const WARN_AT_MOST_MS = 3_600_000

/** Longest delay of a timer, ms. */
const MAX_TIMER_MS = 2 ** 31 - 1

export class Rotation {
  /** Called when the show stays under a key that is due. */
  onError: (error: TreecastError) => void = () => undefined
  private readonly keys: ShowKeys
  /** By epoch. A packet may still be signed by the one before. */
  private readonly signers = new Map<number, Signer['sign']>()
  /** The key that signs, or is announced. */
  current: ShowKey
  private running: RunningPeer | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private warning: ReturnType<typeof setTimeout> | undefined
  private unwatch: () => void = () => undefined
  private isRotating = false

  constructor(keys: ShowKeys, first: ShowKey) {
    this.keys = keys
    this.current = first
    this.use(first)
  }

  /** Signs with the show key of an epoch. */
  readonly sign = (message: Uint8Array, epoch: number): Uint8Array | Promise<Uint8Array> =>
    this.signers.get(epoch)!(message)

  begin(running: RunningPeer): void {
    this.running = running
    this.plan(this.keys.periodMs)
    this.unwatch = this.keys.watch(() => void this.rotate())
  }

  end(): void {
    this.running = undefined
    clearTimeout(this.timer)
    clearTimeout(this.warning)
    this.unwatch()
  }

  private use(key: ShowKey): void {
    this.current = key
    this.signers.set(key.certificate.epoch, key.sign)
  }

  private plan(ms: number): void {
    clearTimeout(this.timer)
    clearTimeout(this.warning)
    if (ms <= MAX_TIMER_MS) this.timer = setTimeout(() => void this.rotate(), ms)
    const { notBefore, notAfter } = this.current.certificate
    const warnMs = Math.min(WARN_AT_MOST_MS, (notAfter - notBefore) * 1000 * WARN_SHARE)
    const inMs = Math.max(0, notAfter * 1000 - warnMs - Date.now())
    this.warning = setTimeout(() => this.onError(expiring(notAfter)), Math.min(inMs, MAX_TIMER_MS))
  }

  private async rotate(): Promise<void> {
    if (this.isRotating || this.running === undefined) return
    this.isRotating = true
    try {
      const { epoch: previous } = this.current.certificate
      const next = await this.keys.next(previous)
      await this.handOver(next, previous)
      this.use(next)
      this.plan(this.keys.periodMs)
    } catch (error) {
      this.onError(asFailure(error))
      this.plan(RETRY_MS)
    } finally {
      this.isRotating = false
    }
  }

  private async handOver({ certificate, sign }: ShowKey, previous: number): Promise<void> {
    const { driver, peer } = this.running!
    const body = { previous, first: peer.stats().packets + HANDOVER_LEAD_PACKETS }
    const signature = await sign(handoverMessage(certificate, body))
    this.signers.set(certificate.epoch, sign)
    driver.give({ type: 'succeed', certificate, handover: { ...body, signature } })
  }
}

function asFailure(error: unknown): TreecastError {
  if (error instanceof TreecastError) return error
  return new TreecastError('bad-key', `the show key could not be changed: ${String(error)}`, { cause: error })
}

function expiring(notAfter: number): TreecastError {
  const at = new Date(notAfter * 1000).toISOString().slice(0, 16).replace('T', ' ')
  return new TreecastError(
    'bad-key',
    `the show key is good until ${at} UTC, and no newer one is here: after that nobody new is let in`
  )
}
