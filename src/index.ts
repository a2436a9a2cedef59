/**
 * treecast in a page: listening and broadcasting. Safe to import anywhere, on a server too: it touches no global before it is
 * called.
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
export type { KeepOptions, PastOptions } from './api/past.js'
export type { RelayChoice } from './api/relaying.js'
export type { LinkOptions } from './api/start-peer.js'
export type { LinkStats, Stats } from './api/stats.js'
export type { Timeline } from './api/timeline.js'
export { broadcast, type BroadcastOptions } from './api/web-broadcast.js'
export { listen, type ListenOptions } from './api/web-listen.js'
export { WebListener, type WebListenerEvents, type WebStats } from './api/web-listener.js'
export * from './audio/capture/media-stream-source.js'
export type { HeardFrame } from './audio/heard-frame.js'
export type { PlaybackStats } from './audio/playback/playback.js'
export type { Source, SourceItem, Tag } from './audio/source.js'
export * from './common.js'
export type { IceOptions, IceServer } from './runtime/ice.js'
export type { Identity, Signer, WebRtcState } from './runtime/platform.js'
export type { TokenSource } from './api/private-show.js'
export type { ShowKey, ShowKeys } from './runtime/show-keys.js'
export { identityFromSeed } from './runtime/web-crypto.js'
export type { WebNetworkOptions } from './runtime/web-platform.js'
