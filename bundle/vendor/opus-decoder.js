// What treecast's decoder for browsers without one takes of opus-decoder.
export { OpusDecoder } from 'opus-decoder'
