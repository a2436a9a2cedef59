/** The seam between {@link Playback} and the two ways to make frames heard: an audio worklet, or a media element. */
import type { TreecastError } from '../../protocol/errors.js'
import type { HeardFrame } from '../heard-frame.js'

export interface Output {
  /** The last of its audio nodes; none where a media element plays. */
  readonly node: AudioNode | undefined
  /**
   * Makes ready to play. To be called within a visitor's gesture where the browser asks for one.
   *
   * @throws TreecastError `playback-blocked` where it did ask; it stays ready, and may be called again.
   * @throws TreecastError `playback-failed` or `unsupported`.
   */
  play(): Promise<void>
  /** Makes it heard from the loudspeakers. */
  speak(): void
  /** Silence: what was pushed is forgotten. */
  pause(): void
  /** Gives what is heard to a stream as well. */
  feed(stream: MediaStream): void
  /** A frame in its order, while it is open. */
  push(frame: HeardFrame): void
  /** The show is over with the last frame. */
  end(): void
  /** A new show begins: forget the old one and its time. */
  restart(): void
  setVolume(volume: number): void
  stats(): OutputStats
  close(): Promise<void>
}

export interface OutputEvents {
  /** It takes frames from now on (true), or not any more. */
  open(open: boolean): void
  blocked(): void
  playing(): void
  underrun(): void
  ended(): void
  /** The show has been heard to this media time. */
  heard(mediaTime: number): void
  failed(error: TreecastError): void
}

export interface OutputStats {
  /** Decoded or appended, and not yet heard; ms. */
  readonly bufferMs: number
  /** How far behind the live edge is what is heard now; ms. 0 while nothing is. */
  readonly delayMs: number
  /** Times that it ran out of audio. */
  readonly underruns: number
  /** Time that was lost on the way, and was concealed or silent; ms. */
  readonly concealedMs: number
  /** Time that was passed over: stale after a freeze, too late, or skipped to stay live; ms. */
  readonly skippedMs: number
  /** Speed of playing, 0.995…1.005: 1, but while it follows the publisher's clock. */
  readonly ratio: number
  /** What decodes: WebCodecs, WebAssembly, or the media element itself. */
  readonly decoder: 'webcodecs' | 'wasm' | 'element'
  readonly output: 'worklet' | 'element'
}
