/** What simple-peer needs of `randombytes` in a browser: bytes that it turns into hexadecimal text at once, for its names. */

export default (/** @type {number} */ size) => ({
  toString: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(size)), (byte) =>
      byte.toString(16).padStart(2, '0')
    ).join('')
})
