/** A scenario: one simulated show, as a JSON file says it. Every field but `name` has a default; `schema.ts` has them. */

export interface Scenario {
  /** Letters, digits and hyphens: names the results. */
  readonly name: string
  /** What it is and what it shows, in a sentence or two. */
  readonly about: string
  /** Listeners in all, those who replace others apart. */
  readonly peers: number
  readonly show: ShowPlan
  readonly crowd: CrowdPlan
  readonly network: NetworkPlan
  readonly listeners: ListenerPlan
  readonly origin: OriginPlan
  readonly trackers: number
  /** Servers that join before everybody else and relay: the top of the tree. */
  readonly roots: number
  readonly faults: readonly Fault[]
  /** Seconds of the show at which the tree is written down. */
  readonly snapshots: readonly number[]
}

export interface ShowPlan {
  /** How long the show is, s. */
  readonly seconds: number
  /** Of audio, kbit/s of 1,000 bit. */
  readonly kbps: number
  /** Media time to a packet, ms: a multiple of 20. */
  readonly packetMs: number
  readonly stripes: number
}

export interface CrowdPlan {
  readonly arrivals: Arrivals
  /** How long people stay: to the end, or a mixture of a short and a long kind. */
  readonly sessions: 'stay' | Sessions
  /** Whoever leaves, or is killed, is replaced by a newcomer about a second later. */
  readonly replaced: boolean
  /** Share that leaves without a word; the others say farewell. */
  readonly vanishing: number
  /** Whose links have tickets; the others have the published link, and wait while all trackers are down. */
  readonly tickets: Tickets
  /** Share with a phone's line. */
  readonly mobile: number
  /** Who hears nothing does not wait for ever; undefined where everybody does. */
  readonly impatience?: Impatience | undefined
  /** Share that passes nothing on. */
  readonly leaves: number
  readonly hostile: HostilePlan
  readonly uplink: {
    /** Medians of lognormal distributions, Mbit/s. */
    readonly fixedMbps: number
    readonly mobileMbps: number
    /** Standard deviation of the logarithm. */
    readonly sigma: number
  }
}

/** Strangers who cheat; for topologies that know how. What they hear is nobody's concern: only the others are judged. */
export interface HostilePlan {
  /** Of all who come. */
  readonly share: number
  /** Each does one of these, by lot. */
  readonly how: readonly Hostility[]
  /** They are honest until then, s of the show; from their coming on if absent. */
  readonly fromS?: number | undefined
  /** They come before everybody else. */
  readonly first: boolean
}

export type Hostility =
  /** Instead of what it should pass on, and to all neighbours, it sends packets with a signature of its own, */
  | 'forge'
  /** with a bit that is wrong, */
  | 'flip'
  /** from before the window, */
  | 'old'
  /** that are not made yet, */
  | 'future'
  /** or with a sequence far ahead. */
  | 'jump'
  /** Passes on what it should, and sends all neighbours packets of the last seconds, ten for each that it gets. */
  | 'replay'
  /** Grants all that it is asked for, and sends nothing. */
  | 'shirk'
  /** The same, and says that it stands beside the origin, that it has much room, and knows its like alone. It wants nothing itself. */
  | 'starve'
  /** Takes part as a contributor, and refuses everybody. */
  | 'refuse'
  /** Knows the origin, and wants everything of it and of nobody else. */
  | 'grab'

export interface Impatience {
  /** Who has heard nothing after so long goes; mean of an exponential distribution, s. */
  readonly meanS: number
  /** Share of those who go that comes back, and after how long; mean of an exponential distribution, s. Each time counts as a
   * listener in the figures. */
  readonly returns: number
  readonly returnsAfterS: number
}

export interface Tickets {
  /** Share that comes with a ticket, which somebody who listened then had passed on. */
  readonly share: number
  /** How old the ticket is, s: ten seconds more at most. */
  readonly ageS: number
}

export interface Arrivals {
  /** Share that comes before the show, evenly over the two minutes before. */
  readonly early: number
  /** Share that comes within `rushS` before or after its begin. */
  readonly rush: number
  readonly rushS: number
  /** The rest comes after the begin; mean of an exponential distribution, s. */
  readonly meanS: number
  /** Instead of all this: everybody comes within `forS` seconds from `fromS` after the begin. */
  readonly within?: { readonly fromS: number; readonly forS: number } | undefined
}

export interface Sessions {
  /** Share of the short kind: exponential, mean in s. */
  readonly shortShare: number
  readonly shortMeanS: number
  /** The others: lognormal, median in s. */
  readonly longMedianS: number
  readonly longSigma: number
}

export interface NetworkPlan {
  /** `internet` draws places on a map; a number is every round trip, ms. */
  readonly rttMs: 'internet' | number
  /** Mean of a random extra delay of each message, ms. */
  readonly jitterMs: number
  readonly loss: {
    /** Share of packets lost on a fixed and on a phone's line. */
    readonly fixed: number
    readonly mobile: number
    /** Mean length of a burst of losses, packets. */
    readonly burst: number
  }
  readonly duplicates: number
  readonly reordering: number
  /** Whether NATs keep some pairs apart. */
  readonly nat: boolean
  /** What opening a link takes: round trips, and ms of work at each end. */
  readonly setupRtts: number
  readonly setupMs: number
}

export interface ListenerPlan {
  /** How far behind the live edge the show is heard, ms. */
  readonly bufferMs: number
  /** `timed` begins when the buffer is full and plays on time, as ears need it; `eager` begins with the first packets, as a
   * file is written. */
  readonly pace: 'timed' | 'eager'
  /** Share of the upload that may be used, and the most of it, kbit/s. */
  readonly uploadShare: number
  readonly maxUploadKbps: number
  /** Copies that a peer feeds at most. */
  readonly maxChildren: number
  /** Work of checking one signature, ms. */
  readonly verifyMs: number
}

export interface OriginPlan {
  readonly uplinkKbps: number
  readonly maxChildren: number
  /** Peers that it feeds at most; 0 for no bound. */
  readonly maxPeers: number
  /** It dials the scenario's roots and feeds nobody else, and no message holds an address of it; for topologies that know of
   * roots. */
  readonly hidden: boolean
}

export type Choice = 'random' | 'busiest' | 'newest' | 'roots' | 'relays'

/** What goes wrong, when, and for whom. */
export interface Fault {
  /** Seconds of the show. */
  readonly atS: number
  readonly what: FaultKind
  /** Of those who are there: a share… */
  readonly share?: number | undefined
  /** …or a number. */
  readonly count?: number | undefined
  /** Whom it meets. `relays` are those who feed somebody, `busiest` those who feed most, `newest` those who came last. */
  readonly choose: Choice
  /** It is over after so long; for ever if absent. */
  readonly forS?: number | undefined
  /** It happens again every so many seconds, until `untilS`. */
  readonly everyS?: number | undefined
  readonly untilS?: number | undefined
  /** `slow`: bounds of the delay, ms. */
  readonly delayMs?: readonly [number, number] | undefined
  /** `loss`: the share that every line loses. */
  readonly loss?: number | undefined
  /** `flood`: what is flooded, and the share of honest requests that is still answered. */
  readonly targets?: readonly FloodTarget[] | undefined
  readonly admits?: number | undefined
}

export type FloodTarget = 'trackers' | 'origin' | 'roots'

export type FaultKind =
  /** The process ends: its links close. */
  | 'kill'
  /** It is gone without a word; links stay open for 30 s. */
  | 'vanish'
  /** Nothing goes in or out and its time stands still. */
  | 'freeze'
  /** Takes packets and answers all control, and passes no packet on. */
  | 'black-hole'
  /** Whatever it sends comes late. */
  | 'slow'
  /** What those whom it meets send does not reach the others; the other way works. */
  | 'mute'
  /** All trackers are gone. */
  | 'trackers-down'
  /** Junk fills the lines of servers: most of those who ask them for anything wait in vain. What they send is not touched. */
  | 'flood'
  /** Lines lose more than usual. */
  | 'loss'
