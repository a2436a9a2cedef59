/** What the entries for browsers and for Node.js have in common beside the functions themselves: links, errors, types. */

export { type ErrorCode, TreecastError } from './protocol/errors.js'
export type { Notice } from './protocol/notice.js'
export type { Frame, StreamFormat } from './protocol/media/frame.js'
export type { PeerStats } from './protocol/peer-options.js'
export { type BroadcastId, keyFromText, keyToText } from './protocol/wire/broadcast.js'
export { type BroadcastLink, formatLink, parseLink } from './protocol/wire/link.js'
export { BYE_REASONS, type ByeReason, type Role, ROLES } from './protocol/wire/message.js'
export type { PeerId } from './protocol/wire/record.js'
