/**
 * From a track to blocks of samples: track → AudioWorklet → page. The graph follows the audio context's clock: the
 * browser keeps the track in step with it, fills with silence what a muted track does not give, and makes one rate of
 * all devices.
 *
 * MediaStreamTrackProcessor would do the same without a graph, in Chromium alone.
 */

import { TreecastError } from '../../protocol/errors.js'
import { BLOCK_MS, CAPTURE_PROCESSOR, type CapturedBlock, type CaptureProcessorOptions } from './block.js'

/** Opus's own rate: no other has to be converted. */
const SAMPLE_RATE = 48_000

/** How often we look whether the audio thread still speaks. Looks are counted, not time: a page that was frozen, or
 * whose timers are throttled, has not seen a stall. */
const LOOK_MS = 1_000

/** Looks in vain before the first block. An audio device wakes up in less. */
const START_LOOKS = 4

/** Looks in vain after it: the patience that every live source gets. */
const STALL_LOOKS = 10

export interface CaptureGraphEvents {
  block(block: CapturedBlock): void
  /** The track, or the application's context, has ended. */
  ended(): void
  /** `source-stalled`: the audio thread sends nothing. */
  failed(error: TreecastError): void
}

export class CaptureGraph {
  readonly context: AudioContext
  private readonly ownsContext: boolean
  private readonly track: MediaStreamTrack
  private readonly on: CaptureGraphEvents
  private source: MediaStreamAudioSourceNode | undefined
  private worklet: AudioWorkletNode | undefined
  private look: ReturnType<typeof setInterval> | undefined
  private vainLooks = 0
  private hasBegun = false
  private closed = false

  /**
   * @param context the application's own, which is not closed with the graph; default a new one.
   * @throws TreecastError `unsupported`.
   */
  constructor(track: MediaStreamTrack, context: AudioContext | undefined, on: CaptureGraphEvents) {
    this.track = track
    this.context = context ?? makeContext()
    this.ownsContext = context === undefined
    this.on = on
  }

  /**
   * Builds the graph; blocks come from now on.
   *
   * @throws TreecastError `unsupported` where the browser lacks a part; `capture-failed` where the worklet's file
   *   cannot be loaded.
   */
  async open(channels: 1 | 2, workletUrl: string | URL): Promise<void> {
    const { context, track } = this
    await this.load(workletUrl)
    if (this.closed) return
    const processorOptions: CaptureProcessorOptions = {
      channels,
      blockSamples: Math.round((context.sampleRate * BLOCK_MS) / 1000)
    }
    this.source = this.sourceOf(track)
    this.worklet = new AudioWorkletNode(context, CAPTURE_PROCESSOR, {
      channelCount: channels,
      channelCountMode: 'explicit',
      // Silence into the destination: not every browser runs a node that leads nowhere.
      outputChannelCount: [1],
      processorOptions
    })
    this.worklet.port.onmessage = ({ data }: MessageEvent<CapturedBlock>) => this.take(data)
    this.worklet.onprocessorerror = () =>
      this.on.failed(captureFailed('the audio thread failed; start again'))
    this.source.connect(this.worklet).connect(context.destination)
    track.addEventListener('ended', this.end)
    context.addEventListener('statechange', this.changed)
    this.look = setInterval(() => this.lookForBlocks(), LOOK_MS)
    this.changed()
  }

  /** Ends every node and timer; the track stays its owner's. */
  close(): void {
    if (this.closed) return
    this.closed = true
    clearInterval(this.look)
    this.track.removeEventListener('ended', this.end)
    this.context.removeEventListener('statechange', this.changed)
    this.source?.disconnect()
    this.worklet?.disconnect()
    // A processor in the application's context would live as long as that.
    this.worklet?.port.postMessage('stop')
    if (this.ownsContext && this.context.state !== 'closed') void this.context.close()
  }

  private async load(workletUrl: string | URL): Promise<void> {
    // Older browsers, and pages that are not secure, have none.
    const worklet = this.context.audioWorklet as AudioWorklet | undefined
    if (worklet === undefined) throw unsupported('this browser has no AudioWorklet')
    try {
      await worklet.addModule(workletUrl)
    } catch (error) {
      const advice = 'serve that file beside the bundle, or say by workletUrl where it is'
      throw captureFailed(`${String(workletUrl)} cannot be loaded; ${advice}`, error)
    }
  }

  private sourceOf(track: MediaStreamTrack): MediaStreamAudioSourceNode {
    try {
      return this.context.createMediaStreamSource(new MediaStream([track]))
    } catch (error) {
      // Firefox cannot bridge two rates.
      throw captureFailed(
        "its rate is not the audio context's; give it one as { context: new AudioContext() }",
        error
      )
    }
  }

  private take(block: CapturedBlock): void {
    if (this.closed) return
    // No event tells of a track that the page itself has stopped.
    if (this.track.readyState === 'ended') {
      this.end()
      return
    }
    this.vainLooks = 0
    this.hasBegun = true
    this.on.block(block)
  }

  private lookForBlocks(): void {
    if (this.track.readyState === 'ended') this.end()
    else if (++this.vainLooks > (this.hasBegun ? STALL_LOOKS : START_LOOKS)) this.on.failed(this.stalled())
    else this.changed()
  }

  /** A context may be suspended before a click, or by a telephone call; it goes on when it may. */
  private readonly changed = (): void => {
    if (this.context.state === 'closed') this.end()
    else if (this.context.state !== 'running') this.context.resume().catch(() => undefined)
  }

  private readonly end = (): void => {
    if (!this.closed) this.on.ended()
  }

  private stalled(): TreecastError {
    const reason =
      this.context.state === 'running'
        ? 'check that this machine has an audio device'
        : this.hasBegun
          ? 'the system has taken audio away, as for a telephone call; start again'
          : 'browsers process audio only after a click or a key: start it from one'
    return new TreecastError('source-stalled', `the media stream is open, but gives nothing; ${reason}`)
  }
}

export function captureFailed(reason: string, cause?: unknown): TreecastError {
  return new TreecastError('capture-failed', `the media stream cannot be captured: ${reason}`, { cause })
}

/** What the browser lacks, and why it may. */
export function unsupported(what: string, cause?: unknown): TreecastError {
  const advice = globalThis.isSecureContext
    ? 'take a current browser'
    : 'browsers allow it on https:// and on localhost only'
  return new TreecastError('unsupported', `${what}, so it cannot publish; ${advice}`, { cause })
}

function makeContext(): AudioContext {
  if (typeof AudioContext === 'undefined') throw unsupported('this browser has no AudioContext')
  return new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: 'balanced' })
}
