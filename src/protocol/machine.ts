/**
 * What goes into the peer machine and what comes out: two closed unions. A driver turns the world's happenings
 * into inputs and carries out outputs; in the simulator the world is virtual. Links are numbered by the driver.
 */

import type { Frame, StreamFormat } from './media/frame.js'
import type { PlayoutItem } from './media/playout.js'
import type { Notice } from './notice.js'
import type { Certificate } from './wire/certificate.js'
import type { Handover } from './wire/handover.js'
import type { Packet } from './wire/packet.js'
import type { PeerId, PeerRecord } from './wire/record.js'

export type Input =
  /** Begin: the first input. */
  | { readonly type: 'start' }
  /** A link to a tracker is open. */
  | { readonly type: 'tracker-opened'; readonly tracker: string; readonly link: number }
  /** A tracker could not be reached. */
  | { readonly type: 'tracker-failed'; readonly tracker: string }
  /** A link to a peer is open. `dialled` is whom we dialled; `remoteId` is what the transport has proved. */
  | {
      readonly type: 'opened'
      readonly link: number
      readonly dialled: PeerId | undefined
      readonly remoteId: PeerId | undefined
    }
  /** A dial failed. */
  | { readonly type: 'dial-failed'; readonly peer: PeerId }
  /** Something arrived. The bytes are the machine's from now on. */
  | { readonly type: 'received'; readonly link: number; readonly bytes: Uint8Array }
  /** A link ended, whoever ended it. Not given for links that the machine closed itself. */
  | { readonly type: 'closed'; readonly link: number }
  /** Answers an output `verify`. */
  | { readonly type: 'verified'; readonly check: number; readonly valid: boolean }
  /** Answers an output `sign`. `unsigned` where the packet goes otherwise than it was made: encrypted. */
  | {
      readonly type: 'signed'
      readonly sequence: number
      readonly signature: Uint8Array
      readonly unsigned?: Uint8Array
    }
  /** Answers an output `sign-self`. */
  | { readonly type: 'signed-self'; readonly signature: Uint8Array }
  /** Origin: the source begins a stream. */
  | { readonly type: 'source-stream'; readonly format: StreamFormat }
  /** Answers an output `seal`: the digest of these packets. */
  | {
      readonly type: 'sealed'
      readonly first: number
      readonly count: number
      readonly digest: Uint8Array
    }
  /** Origin: the source gave a frame. */
  | { readonly type: 'source-frame'; readonly frame: Frame }
  /** Origin: title and the like, from here on. */
  | { readonly type: 'source-metadata'; readonly fields: ReadonlyMap<string, string> }
  /** Origin: a show key that takes over, from a sequence that is not made yet: better {@link HANDOVER_LEAD_PACKETS} too early than
   * one too late. */
  | { readonly type: 'succeed'; readonly certificate: Certificate; readonly handover: Handover }
  /** Origin: the show is over. */
  | { readonly type: 'source-end' }
  /** The time given by `nextDeadline` has come. */
  | { readonly type: 'tick' }
  /** A transport has a signal for a peer with whom there is no link yet. */
  | { readonly type: 'signal'; readonly to: PeerId; readonly body: Uint8Array }
  /** The ways by which this peer can dial have changed: a mask of `WAY`. */
  | { readonly type: 'ways'; readonly ways: number }
  /** Play the show's past from this media time on, in samples. Only where the peer has a `replay`, as the next four. */
  | { readonly type: 'seek'; readonly mediaTime: number }
  /** Play nothing of the past until the next `seek` or `go-live`; it may be fetched meanwhile. */
  | { readonly type: 'hold' }
  /** Play the live show again. */
  | { readonly type: 'go-live' }
  /** The reader of the past has taken what it was given up to this media time, in samples: it may have more. */
  | { readonly type: 'taken'; readonly mediaTime: number }
  /** Lend nothing from now on: a show that is over has no other reason to stay. */
  | { readonly type: 'stop-lending' }
  /** Private shows: a newer token of this peer's. */
  | { readonly type: 'token'; readonly token: Uint8Array }
  /** Private shows, origin: this peer is shown out. */
  | { readonly type: 'kick'; readonly peer: PeerId }
  /** Private shows: answer outputs `make-key`, `encrypt` and `decrypt`. */
  | { readonly type: 'made-key'; readonly key: Uint8Array }
  | { readonly type: 'encrypted'; readonly sequence: number; readonly payload: Uint8Array }
  /** Without a payload where the key is wrong, or anything was changed. */
  | { readonly type: 'decrypted'; readonly id: number; readonly payload: Uint8Array | undefined }
  /** Leave in good order. The last input. */
  | { readonly type: 'leave' }

export type Output =
  | { readonly type: 'connect-tracker'; readonly tracker: string }
  | { readonly type: 'dial'; readonly peer: PeerRecord }
  /** A control message: queued while the link lives. */
  | { readonly type: 'send'; readonly link: number; readonly bytes: Uint8Array }
  /** A packet on its way: dropped if the link is slow. The same packet bytes go to every receiver. */
  | { readonly type: 'data'; readonly link: number; readonly hops: number; readonly packet: Uint8Array }
  | { readonly type: 'close'; readonly link: number }
  /** A peer has sent our transports a signal. Nothing of it is proved. */
  | {
      readonly type: 'signal'
      readonly from: PeerId
      readonly body: Uint8Array
      /** For which of its candidates a tracker vouches: a mask; undefined where none has a say. */
      readonly allowed: number | undefined
    }
  /** Nobody can bring a signal to this peer now. */
  | { readonly type: 'unreachable'; readonly peer: PeerId }
  /** Check an Ed25519 signature; answer with `verified`. */
  | {
      readonly type: 'verify'
      readonly check: number
      readonly key: Uint8Array
      readonly message: Uint8Array
      readonly signature: Uint8Array
    }
  /** Origin: sign with the show key of this epoch; answer with `signed`. */
  | {
      readonly type: 'sign'
      readonly sequence: number
      readonly epoch: number
      readonly message: Uint8Array
    }
  /** Origin: digest these packets, consecutive from `first` and without their signatures; answer with `sealed`. */
  | { readonly type: 'seal'; readonly first: number; readonly packets: readonly Uint8Array[] }
  /** A verified packet of the show, in its order, for whoever keeps the show; only if it was asked for. */
  | {
      readonly type: 'record'
      readonly packet: Packet
      readonly certificate: Certificate
      /** With what its payload was encrypted when it was signed. */
      readonly groupKey?: Uint8Array
    }
  | Secret
  /** Sign with this peer's own key; answer with `signed-self`. There is one such question at a time. */
  | { readonly type: 'sign-self'; readonly message: Uint8Array }
  /** A busy tracker serves those first who work: find a nonce (`tracker/work.ts`), and send it a WORK with it. */
  | { readonly type: 'work'; readonly link: number; readonly seed: Uint8Array; readonly bits: number }
  /** To be heard now, in this order. */
  | { readonly type: 'play'; readonly item: PlayoutItem }
  /** For people and logs; nothing has to be done. */
  | { readonly type: 'notice'; readonly notice: Notice }
  /** The machine is done: all links are closed, nothing will follow. */
  | { readonly type: 'done' }

/** What private shows ask of a platform's cryptography. */
export type Secret =
  /** 32 random bytes; answer with `made-key`. */
  | { readonly type: 'make-key' }
  /** AES-256-GCM, with the packet's head as additional data; answer with `encrypted`: tag behind the rest. */
  | {
      readonly type: 'encrypt'
      readonly sequence: number
      readonly key: Uint8Array
      readonly nonce: Uint8Array
      readonly head: Uint8Array
      readonly payload: Uint8Array
    }
  /** The reverse; answer with `decrypted`. */
  | {
      readonly type: 'decrypt'
      readonly id: number
      readonly key: Uint8Array
      readonly nonce: Uint8Array
      readonly head: Uint8Array
      readonly payload: Uint8Array
    }
