/** A frame as a listener is given it: in order, with what was lost before it. */

import type { Frame, StreamFormat } from '../protocol/media/frame.js'

export interface HeardFrame extends Frame {
  /** When it plays: samples at 48 kHz since the show's begin. */
  readonly mediaTime: number
  readonly format: StreamFormat
  /** Whether a decoder begins anew with this frame: at the start of a stream, or in its middle, where we joined. */
  readonly begins: 'no' | 'start' | 'middle'
  /** Samples that were lost just before it; 0 for most. */
  readonly lostBefore: number
}
