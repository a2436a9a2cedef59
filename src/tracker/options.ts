/** What a tracker can be told, and what it does where it is told nothing. */

import type { Log } from './log.js'
import type { Store } from './store/store.js'

/** The tracker's port where none is told: unassigned by IANA, and free of what usually runs on web ports. */
export const DEFAULT_TRACKER_PORT = 8470

/** After this long a closing tracker has let go of everybody; seconds. Below the 30 s after which Kubernetes kills, and systemd's 90. */
export const DEFAULT_DRAIN_SECONDS = 10

export interface TrackerOptions {
  /** Address to listen on. Default: all of this machine's. */
  readonly host?: string
  /** Default 8470; 0 picks a free one. */
  readonly port?: number
  /** TLS of its own: paths of PEM files. Without it peers connect by `ws:`, or by `wss:` to a proxy in front. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Origins of pages that may connect, as `https://example.org`. Default: all. Programs name none, and always may. */
  readonly origins?: readonly string[]
  /** Addresses and networks (`10.0.0.0/8`) of proxies whose X-Forwarded-For is believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Addresses of TURN servers that peers may name to one another as theirs. What is neither that nor a peer's own is not dialled. */
  readonly turnServers?: readonly string[]
  /** Addresses and networks that are turned away. */
  readonly banned?: readonly string[]
  /** Connections of one address: a second, 0 for any number; default 10. Not of loopback and private networks. */
  readonly joinsPerSecond?: number
  /** And so many at once; default 50. */
  readonly joinBurst?: number
  /** Joins that are served a second, whoever comes: set it by the machine. Beyond it newcomers wait, and are asked for proof of work,
   * which decides who is served first. Default 200; and twice as many at once. */
  readonly servedPerSecond?: number
  /** Whether loopback and private networks are limited like all others: where no proxy stands in front, and visitors come from within.
   * Default false. */
  readonly limitPrivate?: boolean
  /** Connections in all. Default 25,000. */
  readonly maxConnections?: number
  /** Whether /status-json.xsl names broadcasts and their links. Default false: only how many listen to each. */
  readonly directory?: boolean
  /** Where peers reach it from outside, as `wss://tracker.example.org`, for what it tells of itself. Default: where it listens. */
  readonly publicUrl?: string
  /** What it shares with other trackers: `redisStore(url)`. Default: nothing; its members are in this process alone. */
  readonly store?: Store
  /** Where it tells what happens; a pino logger is one. Default: nowhere. */
  readonly log?: Log
  /** Whether logs may hold addresses of peers. Default false. */
  readonly logAddresses?: boolean
}
