/** What the page and the audio thread tell each other. Times are media time: samples at 48 kHz. */
import type { Pcm } from '../decode/codec.js'

/** The worklet processor's name, and what it is made with. */
export const PROCESSOR = 'treecast-playhead'

export interface PlayheadOptions {
  /** How far behind the live edge it plays. */
  readonly delay: number
}

export type ToPlayhead =
  /** Decoded audio. `edge` is the end of the newest frame that has come, decoded or not. */
  | { readonly type: 'pcm'; readonly at: number; readonly pcm: Pcm; readonly edge: number }
  /** The show is over: what is here is all there is. */
  | { readonly type: 'end' }
  /** Forget everything that is not yet heard. `newShow`: the media time begins anew as well. */
  | { readonly type: 'reset'; readonly newShow: boolean }
  | { readonly type: 'close' }

export type FromPlayhead =
  | { readonly type: 'playing' | 'underrun' | 'ended' }
  | { readonly type: 'status'; readonly status: PlayheadStatus }

export interface PlayheadStatus {
  /** What is heard now; undefined before anything was. */
  readonly position: number | undefined
  /** How far the live edge is ahead of it. */
  readonly delay: number
  /** How much of that is decoded and ready. */
  readonly buffered: number
  readonly underruns: number
  /** Media time that was passed over: stale after a freeze, too late, or skipped to stay live. */
  readonly skipped: number
  /** Speed of playing: 1, but while it follows the publisher's clock. */
  readonly ratio: number
}
