/**
 * Every default and every bound of the protocol, each with its reason. A number that a peer checks in what
 * strangers send is a bound; a number that only steers our own behaviour is a default.
 *
 * Times are milliseconds unless a name says otherwise. *Show time* is measured by the media time of verified
 * packets, *wall time* by the `now` given to `step`.
 */

/** The one protocol version there is. A link speaks the highest version that both ends know. */
export const PROTOCOL_VERSION = 1

/** Longest message on any link: a signed packet with the largest frame, or a full list of candidates, fits
 * twice; a giant is refused at its length prefix. */
export const MAX_MESSAGE_BYTES = 16 * 1024

/** A packet is one datagram: below every common path MTU (IPv6's 1,280) less IP, UDP, DTLS and SCTP headers. */
export const MAX_DATAGRAM_BYTES = 1150

/** Longest packet. Frames too long for a datagram travel alone, so this bounds a frame: 120 ms at 510 kbit/s,
 * the longest and fattest that Opus makes, is 7,650 B. */
export const MAX_PACKET_BYTES = 8 * 1024

/** Longest frame: a packet less its header, one frame's length and its signature. */
export const MAX_FRAME_BYTES = MAX_PACKET_BYTES - 128

/** Most frames in a packet: 120 ms of 2.5 ms frames. */
export const MAX_FRAMES_PER_PACKET = 48

/** Media time that a packet carries by default; a longer packet costs fewer signatures, and more delay. */
export const DEFAULT_PACKET_MS = 100

/** Stripes by default: with four parents a lost one costs a quarter of the audio until it is replaced. */
export const DEFAULT_STRIPES = 4

/** Most stripes: a set of stripes is one 16-bit mask. */
export const MAX_STRIPES = 16

/** A broadcast's name in UTF-8. Long enough for a title, short enough for a link. */
export const MAX_NAME_BYTES = 64

/** So many packets before its first one a show key is announced, by default: 13 s at ten packets a second, and more than two at
 * fifty, in which a message passes the longest path many times over. */
export const HANDOVER_LEAD_PACKETS = 128

/** Certificates of one show that a peer remembers, to check its past: four days of it. */
export const MAX_MANDATES = 8

/** Trackers in a link. */
export const MAX_TRACKERS = 8

/** A URL of a tracker in a link, in characters. */
export const MAX_TRACKER_URL_CHARS = 256

/** A link's text. Holds the key, the longest name and the most trackers, percent-encoded. */
export const MAX_LINK_CHARS = 4096

/** Addresses in one peer record, and the length of each: two transports on two address families. */
export const MAX_ADDRESSES = 4
export const MAX_ADDRESS_BYTES = 128

/** Peer records in one message. */
export const MAX_RECORDS = 16

/** A signed peer record is good for at most this long; and for clocks that are wrong by minutes so much longer both ways. */
export const MAX_RECORD_SECONDS = 24 * 60 * 60
export const RECORD_SKEW_SECONDS = 10 * 60

/** A peer signs its record for so long: longer than all trackers have to be down before a ticket fails, and short enough that
 * who went home is not looked for tomorrow. A root, which is there to stay, for the longest time. */
export const RECORD_SECONDS = 2 * 60 * 60

/** And signs it anew so often: the date tells who was there a moment ago. */
export const RECORD_REFRESH_MS = 5 * 60_000

/** So often a peer tells each neighbour of others; what comes more often is not read. A newcomer's first, and one that a clock
 * brings forward, are let through. */
export const EXCHANGE_MS = 60_000
export const EXCHANGE_BURST = 3

/** Records that it tells a newcomer at once, and each time after: some 180 bytes each, less than a fiftieth of the show. */
export const RECORDS_FIRST = 4
export const RECORDS_EACH = 8

/** Of what a peer knows so many at most may have come from one neighbour: a quarter, or a liar could fill it all. */
export const MAX_FROM_ONE_SOURCE = 16

/** Peers in a ticket, and its text. Where one in ten leaves each minute, two in three tickets of eight still open after twenty
 * minutes; eight common records are some 2,300 characters. */
export const MAX_TICKET_RECORDS = 8
export const MAX_TICKET_CHARS = 4096

/** How long a tracker has to answer before a ticket is used: whoever can be placed by a tracker is placed better. */
export const TICKET_PATIENCE_MS = 1_000

/** Reasons and other text for people. */
export const MAX_REASON_BYTES = 256

/** Keys and values of metadata: a "now playing" line, not a picture. */
export const MAX_METADATA_FIELDS = 16
export const MAX_METADATA_KEY_BYTES = 32
export const MAX_METADATA_VALUE_BYTES = 512

/** Metadata is sent again this often (show time), so that a newcomer's window holds it. */
export const METADATA_REPEAT_MS = 5_000

/** Longest path: a loop that somehow lives, or a list pretending to be a tree, ends here. Four children a
 * peer reach four thousand million listeners in 16 steps. */
export const MAX_PATH = 16

/** What the window keeps (show time): the longest outage worth repairing, and the past a replayed packet may
 * come from. */
export const WINDOW_MS = 10_000

/** The window's bound whatever the packets' length: 10 s of 20 ms packets. */
export const MAX_WINDOW_PACKETS = 512

/** How much of the recent past a newcomer is given at once: it starts with a full buffer. */
export const FAST_START_MS = 2_000

/** How long a missing packet is waited for (show time) before playout gives it up. */
export const DEFAULT_BUFFER_MS = 2_000

/** And this long at least by the wall clock, when what comes is not paced: a reader that was held up finds seconds of
 * one parent's packets before the first of another's. Four rounds of asking again, or the buffer if that is shorter. */
export const HOLE_PATIENCE_MS = 1_000

/** Shortest and longest buffer that can be asked for. The window must hold the buffer twice over. */
export const MIN_BUFFER_MS = 100
export const MAX_BUFFER_MS = 5_000

/** Packets that are of no use which a link may bring, a second and at once: the rate of the shortest packets there are, and a window full
 * of them, which waits for a peer that was held up. An honest link brings a few after a move, or when a hole was asked of two. */
export const WASTED_PER_SECOND = 50
export const WASTED_BURST = MAX_WINDOW_PACKETS

/** Signature checks of one link's packets that may be under way: a whole fast start of short packets. What is forged ends the link only
 * when the first is known to be. */
export const MAX_LINK_CHECKS = 128

/** Signature checks that may be under way in a peer: a whole fast start, and 0.1 s of work at 2,000/s. */
export const MAX_PENDING_CHECKS = 256

/** A stripe that falls this far behind the other stripes (show time), and for as long (wall time), has stalled. */
export const STALL_MS = 300

/** A longer path is later by its nature: what a parent's stripe has always been behind the others is no stall, up to
 * this much. Half of the default buffer: what is later could hardly be repaired in time. */
export const MAX_LAG_MS = 1_000

/** A parent whose stripe comes so much later than the quickest of the stripes, for so long, is left for another: what it
 * holds back can hardly be repaired in time. Compared with the median, most of those below a few slow relays would see nothing. */
export const DELAYING_MS = 400
export const DEMOTE_AFTER_MS = 3_000

/** A peer whose own timers come this late has been held up itself, and does not blame its parents for it. */
export const LATE_TICK_MS = 100

/** After this long without any packet (wall time) others than the parents are asked for what would be next: a stall that is seen
 * then is still mended within the default buffer. Asked again after twice as long each time, up to the second number, for the
 * show itself may have paused. */
export const SILENCE_MS = 700
export const MAX_PROBE_MS = 15_000

/** Between two moves of a stripe to one parent more, by lot up to twice as long; and after one that was refused. */
export const SPREAD_MS = 1_000
export const SPREAD_AGAIN_MS = 10_000

/** A missing packet is asked for once later packets of its stripe are this old (wall time): most often it is
 * on its way by another path. */
export const BACKFILL_DELAY_MS = 60

/** Asked again this long after (wall time), and of another feed. */
export const BACKFILL_RETRY_MS = 250

/** Longest body of a signal: an SDP of 8 KiB and its candidates. A page's is 1 KiB. */
export const MAX_SIGNAL_BYTES = 12 * 1024

/** An SDP for one data channel is half a kilobyte; nobody needs more than this. */
export const MAX_SDP_BYTES = 8 * 1024

/** ICE candidates in one signal, and the length of each: interfaces times address families times servers. */
export const MAX_ICE_CANDIDATES = 16
export const MAX_CANDIDATE_BYTES = 300

/** Signals that a neighbour or a tracker takes of one peer: a second, and at once. A newcomer that dials six sends each an
 * offer and perhaps two messages of candidates; one with much room answers dozens of newcomers. */
export const SIGNALS_PER_SECOND = 20
export const SIGNALS_BURST = 100

/** Peers for whom it is remembered who can bring them a signal: all candidates, and as many that called us. */
export const MAX_ROUTES = 128

/** Between two WANTs on one link: ten a second stay well below what the other end takes for a flood. */
export const WANT_INTERVAL_MS = 100

/** How long a WANT for what is not here is remembered, in case it comes: twice the retry, and it has been got elsewhere. */
export const WANT_PATIENCE_MS = 500

/** Sequences in one WANT. */
export const MAX_WANTED = 64

/** Backfill that a peer serves one child: bytes a second, and as many at once. */
export const BACKFILL_BYTES_PER_SECOND = 512 * 1024

/** Control messages a second from one peer (and burst): far above an honest peer's few a second in a repair. */
export const CONTROL_MESSAGES_PER_SECOND = 20
export const CONTROL_MESSAGES_BURST = 100

/** Connected spares: peers that could become parents at once. */
export const DEFAULT_SPARES = 3

/** Parents over which the stripes are spread, where there are so many. */
export const DEFAULT_PARENTS = 4

/** A spare sends one packet in so many: every 3 s of the show with packets of 100 ms. */
export const SAMPLE_ONE_IN = 32

/** Children a stripe by default on a server or a desktop: four copies of a 64 kbit/s show are 300 kbit/s. */
export const DEFAULT_MAX_CHILDREN = 4

/** Links of a peer in all: of a server, and of a page. */
export const DEFAULT_MAX_LINKS = 64
export const DEFAULT_PAGE_LINKS = 24

/** What a page uploads at most unless it is told otherwise, kbit/s: a fifth of a common home's upload of 10 Mbit/s. */
export const DEFAULT_PAGE_UPLOAD_KBPS = 2_000

/** In a page a hole is given up so long before it is due to be heard: it is still to be concealed, decoded and brought to
 * the audio thread, by timers that come late. */
export const PLAYBACK_MARGIN_MS = 300

/** What may wait for a slow child before its packets are dropped: 2 s of a 128 kbit/s show. */
export const DATA_QUEUE_BYTES = 32 * 1024

/** What may wait for it in all before the link is given up. */
export const CONTROL_QUEUE_BYTES = 128 * 1024

/** The first message of a link must come within this. */
export const HELLO_TIMEOUT_MS = 3_000

/** On a link on which nothing else is said, STATUS is said again so often: who vanishes says nothing, and its network may take
 * half a minute or for ever to tell. A few bytes a second for all links of a peer. */
export const KEEPALIVE_MS = 3_000

/** A link on which nothing was heard for so long is ended: two STATUS may be lost or late, or a phone change its cell. */
export const SILENT_LINK_MS = 10_000

/** A dial that takes longer has failed. */
export const DIAL_TIMEOUT_MS = 5_000

/** A dial that has taken so long is not counted upon: another candidate is dialled beside it. Behind some NATs most dials come to
 * nothing, and only their timeout says so. */
export const DIAL_PATIENCE_MS = 1_000

/** Dials under way at once. */
export const MAX_DIALS = 16

/** A candidate that failed, refused or stalled is left alone this long; doubled for each time more, to the
 * second number. */
export const AVOID_MS = 1_000
export const MAX_AVOID_MS = 60_000

/** A peer that sent a bad signature is not spoken to for this long; doubled for each time more. */
export const BAN_MS = 10 * 60_000
export const MAX_BAN_MS = 24 * 60 * 60_000

/** Candidates that a peer remembers. */
export const MAX_CANDIDATES = 64

/** Candidates that a tracker hands out in one answer: parents and spares, and two that may be gone already. */
export const CANDIDATES_PER_ANSWER = 8

/** How often a peer asks its tracker for more while it lacks links; doubled up to the second number while a stripe is not fed,
 * and up to the third while only spares are lacking. */
export const ASK_TRACKER_MS = 1_000
export const MAX_ASK_URGENTLY_MS = 2_000
export const MAX_ASK_TRACKER_MS = 15_000

/** A tracker that cannot be reached is tried again after so long; doubled up to the second number. */
export const TRACKER_RETRY_MS = 1_000
export const MAX_TRACKER_RETRY_MS = 30_000

/** How often a peer tells its tracker that it is there; a tracker forgets it after the second number. */
export const LEASE_REFRESH_MS = 20_000
export const LEASE_MS = 60_000

/** The origin renews more often: each answer tells its publisher how many are there. */
export const ORIGIN_LEASE_REFRESH_MS = 2_000

/** How long a peer waits that asks for a broadcast which nobody carries yet. It is told earlier if one comes. */
export const WAIT_MS = 5_000

/** Messages a second from one peer to its tracker, and at once: a peer asks once a second at most and tells of changes
 * twice a second. */
export const TRACKER_MESSAGES_PER_SECOND = 10
export const TRACKER_MESSAGES_BURST = 20

/** Messages that a tracker reads of one network: a second, and at once. Beyond a home's or an office's, and still a tenth of what
 * one core reads; a campus whose listeners all come in one second says 14 each. What is more is not read. */
export const NETWORK_MESSAGES_PER_SECOND = 400
export const NETWORK_MESSAGES_BURST = 2_000

/** Connections to a tracker that have said nothing yet: a peer joins with its first words, a round trip after it is let in. When
 * there are more the oldest goes, which has had the longest time to speak. */
export const MAX_STRANGERS = 1_000

/** Newcomers that wait to be served by a busy tracker, and for how long at most: a second's worth of a flood that takes a whole
 * core, so that nobody who works is pushed out meanwhile; and as long as somebody would wait. */
export const MAX_QUEUED = 4_000
export const QUEUED_MS = 30_000

/** Zero bits of the work that a busy tracker asks for, fewest and most: hundreds of digests, which are a few milliseconds and more than
 * a flood that does not work has to offer; and a quarter of a million, seconds of a page. One bit more for each second in which more who
 * worked wait than are served in one. */
export const MIN_WORK_BITS = 8
export const MAX_WORK_BITS = 18

/** While a tracker's processor is late, a join counts as so many: it takes a quarter of its usual pace. */
export const BUSY_JOIN_COST = 4

/** The last places of a tracker, in parts of all, are for those who worked for one or were here before. */
export const KEPT_PLACES = 1 / 4

/** A member that has stayed for so long, and comes again from the same network within the second, goes before newcomers; so many
 * are remembered. A flood cannot have been here for a minute before it began, without having been a crowd. */
export const STANDING_AFTER_MS = 60_000
export const STANDING_MS = 60 * 60_000
export const MAX_STANDING = 20_000

/** Broadcasts, and members of all of them, that one tracker process carries. */
export const MAX_BROADCASTS = 10_000
export const MAX_MEMBERS = 20_000

/** Members of other trackers that one remembers of a broadcast, to introduce them: a minute's worth of names for a crowd, and no more
 * memory than as many members. And for how long after it last heard of them, as long as it hears anything. */
export const MAX_FOREIGN = 512
export const FOREIGN_MS = 10_000

/** How often a peer tells children about changed paths at most: somebody above who changes its mind all the time must not make of each
 * honest peer below it one who says too much. */
export const PATH_INTERVAL_MS = 500

/** How often a peer tells links and tracker about changed slots at most. */
export const STATUS_INTERVAL_MS = 500

/** Packets under one seal: 6 s of a show. Who lacks one of them has to keep the signatures of the others; and of a show of
 * 64 kbit/s seals are 0.2 %. */
export const SEAL_PACKETS = 64

/** A show key is certified for at most this long. */
export const MAX_CERTIFICATE_SECONDS = 24 * 60 * 60

/** Clocks of listeners are wrong by minutes; a certificate is honoured this much around its dates. */
export const CLOCK_SKEW_SECONDS = 60 * 60

/** A newcomer waits this long for its slowest stripe before it begins to play without it. A show that begins with a
 * quarter missing is worse than one that begins later; most have all stripes within 0.2 s. */
export const START_GRACE_MS = 3_000

/** A newcomer that has links but not yet its fill of them waits this long before it deals out its stripes, so that
 * they are spread and not all asked of the first. */
export const GATHER_MS = 100

/** A SUBSCRIBE that got no answer for so long counts as refused: with a stall before it, still within the buffer. */
export const GRANT_TIMEOUT_MS = 1_500

/** A stripe that nobody feeds here is told of as cut off after so long: most are fed again within the time of a move, and
 * those below need not know. */
export const CUT_OFF_MS = 1_000

/** Who hears from its parent that a stripe is cut off waits so long for it to be mended, and up to twice as long by lot, so
 * that not all who stand below leave at once. */
export const CUT_OFF_PATIENCE_MS = 1_000

/** A parent whose stripe stalled is not asked for it again for so long, unless there is nobody else; nor is whoever comes back
 * when the link has ended meanwhile. */
export const STALL_AVOID_MS = 60_000

/** A link that neither end uses is closed after this. */
export const IDLE_LINK_MS = 5_000

/** At the end of the show a peer stays this long at most for those that it feeds. */
export const LINGER_MS = 3_000

/** Whoever is told farewell by a parent whose show has ended, and hears nothing for so long, has missed the end: as long as anything
 * may be buffered anywhere. */
export const MISSED_END_MS = MAX_BUFFER_MS

/** So often is the end told again to children that have not left: behind a last packet that is lost comes no other by
 * which it could be missed. */
export const END_REPEAT_MS = 1_000

/** What a copy of a show is taken to need of an upload cap when slots are counted, kbit/s: 64 kbit/s of audio, its
 * signatures and headers, and a third for backfill and bursts. */
export const COPY_KBPS = 96

/** What may be sent above an upload cap at once: a newcomer's two seconds. */
export const UPLOAD_BURST_MS = 2_000

/** What a peer keeps of a show for itself and others where it is told to and not how much, in bytes: two hours at 64 kbit/s. */
export const DEFAULT_KEEP_BYTES = 64_000_000

/** Runs of packets that a peer tells it holds. Whoever has lost nothing has one; what is torn more is told of in part. */
export const MAX_HELD_RANGES = 16

/** So often a peer tells its neighbours how far what it holds has grown: two dozen bytes each. */
export const HELD_INTERVAL_MS = 5_000

/** Packets in one RECALL: six seconds of a show. */
export const MAX_RECALLED = 64

/** What answers one RECALL: a quarter of what may wait for a slow link, and in one message half of what it may hold. */
export const RECALL_BYTES = 32 * 1024
export const PAST_BYTES = 8 * 1024

/** What a peer lends of the past, bytes a second and as many at once: to one neighbour, and to all; within its upload cap. Forty
 * copies of a 64 kbit/s show at once where there is no cap, and one newcomer has its first minutes in a moment. */
export const LENT_BYTES_PER_SECOND = 512 * 1024
export const LENT_IN_ALL_BYTES_PER_SECOND = 2 * 1024 * 1024

/** A RECALL that got no answer for so long is asked of somebody else; and who did not answer, or with nothing, is left alone
 * for the second time. Who has lent as much as it may is asked again after the third. */
export const RECALL_TIMEOUT_MS = 1_500
export const LENDER_AVOID_MS = 5_000
export const RECALL_BUSY_MS = 300

/** How far ahead of what is played the past is fetched, in packets: 25 s of a show, at most 2 MiB. */
export const RECALL_AHEAD_PACKETS = 256

/** Who keeps a show and has missed a part of it fetches that so often, where others hold it: a dozen seconds of the show each time,
 * and what is wanted to be heard goes before. */
export const FILL_INTERVAL_MS = 500

/** Neighbours that hold the past of a show that is over, where there are so many: each may leave at any time. */
export const LENDERS_WANTED = 4

/** A link over which the past was lent is of use for so long after. */
export const LENDING_MS = 30_000

/** Where a packet of the past is held by nobody, others are waited for so long before it is passed over. */
export const PAST_PATIENCE_MS = 2_000

/** So long is somebody looked for who holds the past of a running show, before the show goes on at its live edge. */
export const NO_PAST_MS = 5_000

/** How far beyond what was taken a reader is given the past, in show time. */
export const REPLAY_AHEAD_MS = 10_000

/** Slots that a peer which has outlived its show tells its tracker of, as long as it has room for a link. */
export const LENDER_SLOTS = 4
