/**
 * treecast for Node.js: listening and broadcasting, sources and sinks, the tracker.
 *
 * @packageDocumentation
 */

export {
  type AirOptions,
  type Broadcast,
  type BroadcastEvents,
  type BroadcastSummary
} from './api/broadcast.js'
export { Emitter } from './api/emitter.js'
export type { JoinOptions } from './api/listen.js'
export { Listener, type ListenerEvents, type ListenSummary } from './api/listener.js'
export { broadcast, type BroadcastOptions } from './api/node-broadcast.js'
export { listen, type ListenOptions } from './api/node-listen.js'
export { verifyFile, verifyRecording } from './api/node-verify.js'
export type { KeepOptions, PastOptions } from './api/past.js'
export type { LinkOptions } from './api/start-peer.js'
export type { LinkStats, Stats } from './api/stats.js'
export type { Timeline } from './api/timeline.js'
export { writeFrames } from './api/write-frames.js'
export type { HeardFrame } from './audio/heard-frame.js'
export { type OggSink, openSink, type SinkOptions } from './audio/sink.js'
export type { Source, SourceItem, Tag } from './audio/source.js'
export { type OpenOptions, openSource } from './audio/sources/open.js'
export * from './common.js'
export type { Pace } from './protocol/media/playout.js'
export type { TrackerStats } from './protocol/tracker.js'
export { type KeyPair, keyPairFromPem, keyPairFromSeed, randomSeed } from './runtime/crypto.js'
export { type Fault, type FaultKind, placeText } from './recording/faults.js'
export type { RecordedGap, Verification, VerifyOptions } from './recording/verify.js'
export type { VerifyFileOptions } from './recording/verify-file.js'
export type { IceOptions, IceServer } from './runtime/ice.js'
export { openKeyFile } from './runtime/key-file.js'
export { openPublisherKeys, showKeysFrom } from './runtime/show-key-file.js'
export type { ShowKey, ShowKeys } from './runtime/show-keys.js'
export { issueToken, issuerOf } from './runtime/tokens.js'
export type { TokenSource } from './api/private-show.js'
export type { NodeNetworkOptions } from './runtime/node-platform.js'
export type { Signer, WebRtcState } from './runtime/platform.js'
export type { Rejection } from './tracker/admission.js'
export type { Log } from './tracker/log.js'
export type { TrackerOptions } from './tracker/options.js'
export { MemoryStore } from './tracker/store/memory.js'
export { redisStore } from './tracker/store/redis.js'
export type { Store, StoreSession, StoreState, StoreStats, StoreUser } from './tracker/store/store.js'
export { startTracker, type TrackerServer, type TrackerServerStats } from './tracker/server.js'
