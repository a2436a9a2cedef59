/**
 * treecast for Node.js: listening and broadcasting, sources and sinks, the tracker.
 *
 * @packageDocumentation
 */

export * from './index.js'
export {
  type Broadcast,
  broadcast,
  type BroadcastEvents,
  type BroadcastOptions,
  type BroadcastSummary
} from './api/broadcast.js'
export type { HeardFrame } from './audio/heard-frame.js'
export {
  listen,
  type Listener,
  type ListenerEvents,
  type ListenOptions,
  type ListenSummary
} from './api/listen.js'
export type { NetworkOptions } from './api/start-peer.js'
export type { Stats } from './api/stats.js'
export { writeFrames } from './api/write-frames.js'
export { type OggSink, openSink, type SinkOptions } from './audio/sink.js'
export { type OpenOptions, openSource } from './audio/sources/open.js'
export type { Source, SourceItem, Tag } from './audio/source.js'
export { Emitter } from './api/emitter.js'
export type { Pace } from './protocol/media/playout.js'
export { BYE_REASONS, type ByeReason, type Role, ROLES } from './protocol/wire/message.js'
export type { PeerId } from './protocol/wire/record.js'
export type { Notice } from './protocol/machine.js'
export type { PeerStats } from './protocol/peer-options.js'
export type { TrackerStats } from './protocol/tracker.js'
export { type KeyPair, keyPairFromPem, keyPairFromSeed, randomSeed } from './runtime/crypto.js'
export { openKeyFile } from './runtime/key-file.js'
export {
  startTracker,
  type TrackerOptions,
  type TrackerServer,
  type TrackerServerStats
} from './tracker/server.js'
