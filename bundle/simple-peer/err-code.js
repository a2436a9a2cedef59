/** simple-peer gives an error's code as a text, and nothing else. Some errors of browsers have one of their own, which is read-only. */

export default (/** @type {Error} */ error, /** @type {string} */ code) =>
  Object.defineProperty(error, 'code', { value: code, enumerable: true, configurable: true })
