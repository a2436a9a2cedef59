/** All that decodes, as one part: a page fetches it when it is to be heard. */

import type { CodecKind, Pcm } from './codec.js'
import { StreamDecoder } from './stream-decoder.js'

export { chooseCodec } from './choose-codec.js'

/** A decoder of one stream after another. */
export function makeDecoder(codec: CodecKind, give: (at: number, pcm: Pcm) => void): StreamDecoder {
  return new StreamDecoder(codec, give)
}
