/**
 * One transport out of several: each address is dialled by the transport that can. Where more than one can, the first
 * has a head start, and the next begins when that fails or takes long; whoever has a link first, wins.
 */

import { waysTo, WEBRTC_ADDRESS } from '../protocol/wire/ways.js'
import { DialError, type Link, type Signals, type Transport } from './link.js'

/** How long one transport may try before the next begins as well; ms. A negotiation that works is done by then. */
const HEAD_START_MS = 1_500

export interface TransportChoice {
  /** What it can dial: a mask of `WAY`. */
  readonly ways: number
  /** Or a function that loads it: it is not asked before something is to be dialled by it. */
  readonly transport: Transport | (() => Promise<Transport>)
}

export class AnyTransport implements Transport {
  readonly addresses: readonly string[]
  readonly signals: Signals | undefined
  private readonly choices: readonly TransportChoice[]
  private readonly loaded = new Map<TransportChoice, Promise<Transport>>()
  private accept: (link: Link) => void = (link) => link.close()
  private isClosed = false

  /**
   * @param choices in the order of preference.
   * @param announce addresses that others forward to it; they come first, and WebRTC's next, if not all can be told.
   */
  constructor(choices: readonly TransportChoice[], announce: readonly string[] = []) {
    this.choices = choices
    const ready = choices.flatMap(({ transport }) => (typeof transport === 'function' ? [] : [transport]))
    const own = ready.flatMap(({ addresses }) => addresses)
    const webRtc = own.filter((address) => address === WEBRTC_ADDRESS)
    this.addresses = [...announce, ...webRtc, ...own.filter((address) => address !== WEBRTC_ADDRESS)]
    this.signals = ready.find(({ signals }) => signals !== undefined)?.signals
    for (const transport of ready) transport.onLink = (link) => this.accept(link)
  }

  set onLink(accept: (link: Link) => void) {
    this.accept = accept
  }

  async dial(peerId: Uint8Array, addresses: readonly string[], signal?: AbortSignal): Promise<Link> {
    const usable = this.choices
      .map((choice) => ({ choice, by: addresses.filter((each) => (waysTo([each]) & choice.ways) !== 0) }))
      .filter(({ by }) => by.length > 0)
    if (usable.length === 0) {
      throw new DialError(`no address that can be dialled from here: ${addresses.join(', ') || 'none given'}`)
    }
    const losers = new AbortController()
    const attempts = usable.map(({ choice, by }) => (): Promise<Link> => {
      const until = AbortSignal.any(signal === undefined ? [losers.signal] : [signal, losers.signal])
      return this.load(choice).then((transport) => transport.dial(peerId, by, until))
    })
    try {
      return await race(attempts)
    } finally {
      losers.abort(new DialError('another way was faster'))
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
    const ready = this.choices.map(({ transport }) => transport).filter((each) => typeof each !== 'function')
    const loaded = await Promise.allSettled(this.loaded.values())
    const late = loaded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    await Promise.all([...new Set([...ready, ...late])].map((transport) => transport.close()))
  }

  private load(choice: TransportChoice): Promise<Transport> {
    if (this.isClosed) return Promise.reject(new DialError('the transport is closed'))
    const { transport } = choice
    if (typeof transport !== 'function') return Promise.resolve(transport)
    let loading = this.loaded.get(choice)
    if (loading === undefined) {
      loading = transport().catch((error: unknown) => {
        // A file that could not be loaded now may be there the next time.
        this.loaded.delete(choice)
        throw new DialError(`a part of treecast could not be loaded: ${String(error)}`, { cause: error })
      })
      this.loaded.set(choice, loading)
    }
    return loading
  }
}

/** Starts one after the other until one succeeds. Links that come too late are closed. */
function race(attempts: readonly (() => Promise<Link>)[]): Promise<Link> {
  return new Promise((resolve, reject) => {
    const reasons: string[] = []
    let next = 0
    let isWon = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const start = (): void => {
      clearTimeout(timer)
      const attempt = attempts[next++]
      if (attempt === undefined || isWon) return
      if (next < attempts.length) timer = setTimeout(start, HEAD_START_MS)
      attempt().then(
        (link) => {
          if (isWon) link.close()
          isWon = true
          clearTimeout(timer)
          resolve(link)
        },
        (error: unknown) => {
          reasons.push(error instanceof Error ? error.message : String(error))
          if (reasons.length === attempts.length) reject(new DialError(reasons.join('; '), { cause: error }))
          else start()
        }
      )
    }
    start()
  })
}
