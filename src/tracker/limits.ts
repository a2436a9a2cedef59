/**
 * Every bound of the tracker as a server, each with its reason: what holds before there is a message. What is checked in messages
 * stands in `protocol/limits.ts`. Times are milliseconds unless a name says otherwise.
 */

import { MAX_MEMBERS, MAX_QUEUED, MAX_STRANGERS } from '../protocol/limits.js'

/** A client that does not get its headers out in this time is a slow loris; and how often that is looked at. */
export const HEADERS_TIMEOUT_MS = 4_000
export const TIMEOUT_CHECK_MS = 1_000

/** An operator's question has no body, so all of it is there with its headers. */
export const REQUEST_TIMEOUT_MS = 5_000

/** Headers of a WebSocket's upgrade are one kilobyte, with a page's cookies two. */
export const MAX_HEADER_BYTES = 8 * 1024

/** Questions on one connection: an hour of a Prometheus that asks every 15 s. */
export const MAX_REQUESTS_PER_SOCKET = 240

/** Fragments of one message: peers send none, and some proxies two. Without a bound each byte could be one, and an empty one costs
 * memory as well. Chunks of a message that wait to be whole: 16 KiB in packets of a modem. */
export const MAX_FRAGMENTS = 4
export const MAX_CHUNKS = 64

/** Pings that are answered: a second, and at once. */
export const PINGS_PER_SECOND = 1
export const PINGS_BURST = 5

/** Connections that are not yet upgraded: in all, of one address, and of one network. When there are more in all the oldest goes. Those
 * of an address that is a proxy's are counted in all alone. */
export const MAX_RAW = 1_000
export const RAW_OF_ADDRESS = 50
export const RAW_OF_NETWORK = 250

/** The operating system's queue before those: what comes in a quarter of a second of a flood. Linux' own bound is 4,096. */
export const BACKLOG = 4_096

/** Connections that have not joined yet, of one address and of one network: each is closed after 3 s, and a peer joins with its first
 * message. */
export const STRANGERS_OF_ADDRESS = 20
export const STRANGERS_OF_NETWORK = 100

/** Connections that one address may open: a second, and at once. A carrier's NAT is one address, and its listeners come in dozens
 * when a show begins; who is turned away tries again within seconds. Who is connected already is never counted. */
export const DEFAULT_JOINS_PER_SECOND = 10
export const DEFAULT_JOIN_BURST = 50

/** Joins that are served, whoever comes: a second, and at once. Beyond it newcomers wait, and who works is served first. Half of what one
 * core of a small server does; a crowd of ten thousand is in within a minute. */
export const DEFAULT_SERVED_PER_SECOND = 200
export const SERVED_BURST_SECONDS = 2

/** An address that was shown the door so often for what it sent, within so long, is not let in for a while. */
export const STRIKES = 10
export const STRIKES_MS = 60_000
export const BAN_MS = 10 * 60_000

/** Addresses remembered at most; the oldest are forgotten first. */
export const MAX_ADDRESSES = 50_000

/** Connections in all: every member's, and those that are on their way to be one. */
export const DEFAULT_MAX_CONNECTIONS = MAX_MEMBERS + MAX_QUEUED + MAX_STRANGERS

/** What a tracker may have queued for one peer: a few answers. */
export const CONTROL_QUEUE_BYTES = 64 * 1024

/** How late the event loop is is looked at so often, and what was longer ago than this counts less than half. */
export const LAG_SAMPLE_MS = 50
export const LAG_MEAN_MS = 700

/** Mean lateness of the event loop at which something is given up, in the order of `LOAD`; ms. A busy machine's neighbours make for 10 to
 * 30; at 100 a join takes a third of a second, at 800 peers begin to give a tracker up. */
export const LAG_OF_LOAD_MS = [0, 50, 100, 400, 800] as const

/** A salt of proof of work is used for so long. */
export const SALT_MS = 60_000

/** `/metrics` is gathered anew so often at most, and told as it was in between. */
export const METRICS_MS = 1_000

/** A closing tracker lets go of so many a second, so that those that they turn to are not trampled; of more only where they would not
 * all be gone in time. */
export const RELEASED_PER_SECOND = 200
export const RELEASE_INTERVAL_MS = 50
