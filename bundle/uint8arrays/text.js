/**
 * `fromString` and `toString` of uint8arrays for treecast's own files in a browser bundle: UTF-8 and base 32 (RFC 4648,
 * lower case, without padding), which is all that they use. The package itself brings every base there is: 7 KB.
 */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * @param {string} text
 * @param {'utf8' | 'base32'} [encoding]
 */
export function fromString(text, encoding = 'utf8') {
  return encoding === 'utf8' ? new TextEncoder().encode(text) : fromBase32(text)
}

/**
 * @param {Uint8Array} bytes
 * @param {'utf8' | 'base32'} [encoding]
 */
export function toString(bytes, encoding = 'utf8') {
  return encoding === 'utf8' ? new TextDecoder().decode(bytes) : toBase32(bytes)
}

/** @param {string} text */
function fromBase32(text) {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let [at, bits, held] = [0, 0, 0]
  for (const character of text) {
    const value = ALPHABET.indexOf(character)
    if (value < 0) throw new SyntaxError('not base 32')
    held = ((held << 5) | value) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >> bits
  }
  // What is left over belongs to no byte: less than a character, and zeros.
  if (bits >= 5 || (held & ((1 << bits) - 1)) !== 0) throw new SyntaxError('bits left over')
  return bytes
}

/** @param {Uint8Array} bytes */
function toBase32(bytes) {
  let [text, bits, held] = ['', 0, 0]
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5;) text += ALPHABET[(held >> (bits -= 5)) & 31]
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31]
}
