/** simple-peer gives an error's code as a text, and nothing else. */

export default (/** @type {Error & { code?: string }} */ error, /** @type {string} */ code) =>
  Object.assign(error, { code })
