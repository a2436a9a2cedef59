/**
 * treecast, the part that is safe to import anywhere: links, errors, types. Touches no global.
 *
 * @packageDocumentation
 */

export { type ErrorCode, TreecastError } from './protocol/errors.js'
export { type BroadcastId, keyFromText, keyToText } from './protocol/wire/broadcast.js'
export { type BroadcastLink, formatLink, parseLink } from './protocol/wire/link.js'
export type { Frame, StreamFormat } from './protocol/media/frame.js'
