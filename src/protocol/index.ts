/**
 * # The protocol, told in forty lines
 *
 * A *broadcast* is named by its publisher's key and a name. The publisher's root key signs a certificate for a *show
 * key* (`wire/certificate`), and the show key signs every *packet* (`wire/packet`): some consecutive Opus frames, a
 * sequence number, a media time. Nobody on the way can change one, and everybody checks.
 *
 * Sequence `q` belongs to *stripe* `q mod S`. Each stripe flows down a tree of its own: a peer takes each of its
 * stripes from one *parent* and passes it to *children*. So a peer that takes S stripes from four parents loses a
 * quarter of the audio for a moment when one of them dies, and asks the others for what it missed.
 *
 * A *link* between two peers begins with HELLO from both: versions, who I am, which broadcast. Who knows the
 * certificate says SHOW. Who has room says so in STATUS. A child says SUBSCRIBE: this set of stripes is all that I want
 * of you, and from this sequence on. The parent answers GRANT: this set is what you get, and why no more, and who else
 * may have room. Then PATH: through whom these stripes come, so that nobody ever takes a stripe from a peer below
 * itself. Then DATA, beginning with the last two seconds of its *window*, so that a newcomer starts at once and
 * with a full buffer.
 *
 * A peer knows a gap by what came after it. WANT asks for packets again, of the stripe's parent first and of the others
 * next. A stripe that falls behind the other stripes by 300 ms of the show has *stalled*: it is moved to another
 * neighbour in one message. *Spares*, linked ahead, send one packet in eight, so that both ends know they live. A peer
 * that lost a parent keeps its children.
 *
 * Strangers are introduced by a *tracker*: JOIN, WELCOME with candidates; ASK for more; LEASE to say that one is
 * still there. A peer that refuses names others, and one that leaves says BYE and names neighbours that have room. The
 * show ends with a signed packet in every stripe; each peer stays until those whom it feeds have heard it.
 *
 * Here all this is pure: `Peer.step(input, now)` and `Tracker.step(input, now)` return what to do, and
 * `nextDeadline` says when to come back. The same code runs in the browser, in Node.js and in the simulator.
 *
 *     wire/    bytes ⇄ values          media/   the way of the audio, a file a step
 *     tree/    the way of control      peer.ts  joins the two          tracker.ts   introduces strangers
 *     limits.ts   every default and bound, with its reason
 */

export { type ErrorCode, TreecastError } from './errors.js'
export * as limits from './limits.js'
export type { Input, Output } from './machine.js'
export type { Notice } from './notice.js'
export {
  type Frame,
  MAX_FRAME_SAMPLES,
  opusDuration,
  SAMPLES_PER_MS,
  type StreamFormat
} from './media/frame.js'
export type { Pace, PlayoutItem } from './media/playout.js'
export { isCanonicalSignature, isSoundKey } from './media/signature.js'
export { Peer } from './peer.js'
export type { OriginOptions, PeerOptions, PeerStats } from './peer-options.js'
export { Random } from './random.js'
export { Tracker, type TrackerInput, type TrackerOutput, type TrackerStats } from './tracker.js'
export { type BroadcastId, broadcastKey, keyFromText, keyToText, nameProblem } from './wire/broadcast.js'
export {
  type Certificate,
  type CertificateBody,
  certificateMessage,
  decodeCertificate,
  encodeCertificateBody
} from './wire/certificate.js'
export { equal } from './wire/cursor.js'
export { type BroadcastLink, formatLink, parseLink, trackerUrlProblem } from './wire/link.js'
export { dataHead, type Role, ROLES } from './wire/message.js'
export type { PeerId, PeerRecord } from './wire/record.js'
