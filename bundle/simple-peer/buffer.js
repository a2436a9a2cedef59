/** What simple-peer needs of `buffer` in a browser: what a message is handed out as. A plain Uint8Array is what treecast takes. */

export const Buffer = { from: (/** @type {ArrayBuffer} */ message) => new Uint8Array(message) }
