/** Frames are decoded on the page and played by an audio worklet, whose timing no throttled page disturbs. */
import { TreecastError } from '../../protocol/errors.js'
import type { CodecKind, Pcm } from '../decode/codec.js'
import type { StreamDecoder } from '../decode/stream-decoder.js'
import type { HeardFrame } from '../heard-frame.js'
import { type FromPlayhead, type PlayheadStatus, PROCESSOR, type ToPlayhead } from './messages.js'
import type { Output, OutputEvents, OutputStats } from './output.js'

const RATE_MS = 48

/** A context that does not run by then is taken for blocked; most browsers tell at once. */
const BLOCKED_AFTER_MS = 3_000

/** Long enough for the last quantum to fade, then the sound card is let go. */
const SUSPEND_AFTER_MS = 200

/** A change of volume is spread over this, so that it does not click. */
const VOLUME_RAMP_S = 0.02

const NOTHING: PlayheadStatus = {
  position: undefined,
  delay: 0,
  buffered: 0,
  underruns: 0,
  skipped: 0,
  ratio: 1
}

export interface WorkletOutputOptions {
  readonly delayMs: number
  readonly workletUrl?: string | URL | undefined
  readonly context?: AudioContext | undefined
}

export class WorkletOutput implements Output {
  readonly #options: WorkletOutputOptions
  readonly #on: OutputEvents
  readonly #context: AudioContext
  readonly #gain: GainNode
  readonly #loaded: Promise<void>
  readonly #look = () => this.#update()
  #feeding: MediaStreamAudioDestinationNode | undefined
  #worklet: AudioWorkletNode | undefined
  #codec: CodecKind | undefined
  #makeDecoder: ((codec: CodecKind, give: (at: number, pcm: Pcm) => void) => StreamDecoder) | undefined
  #decoder: StreamDecoder | undefined
  /** What decoders before this one concealed. */
  #concealed = 0
  /** The end of the newest frame. */
  #edge = 0
  #status = NOTHING
  #paused = true
  #open = false
  #closed = false
  #suspending: ReturnType<typeof setTimeout> | undefined

  constructor(options: WorkletOutputOptions, on: OutputEvents) {
    this.#options = options
    this.#on = on
    // Opus is 48 kHz; for a context at that rate the browser resamples to the sound card's, better than we would.
    this.#context = options.context ?? new AudioContext({ sampleRate: 48_000, latencyHint: 'playback' })
    this.#gain = this.#context.createGain()
    this.#context.addEventListener('statechange', this.#look)
    this.#loaded = this.#load()
    this.#loaded.catch(() => undefined)
  }

  get node(): AudioNode {
    return this.#gain
  }

  async play(): Promise<void> {
    clearTimeout(this.#suspending)
    this.#paused = false
    // Asked for before anything is awaited: within the gesture, if there is one.
    const running = this.#resume()
    await this.#loaded
    if (!(await running) && this.#isWanted) {
      throw new TreecastError(
        'playback-blocked',
        'The browser plays no sound yet: call unlock() from a click or a key press'
      )
    }
    this.#update()
  }

  speak(): void {
    this.#gain.connect(this.#context.destination)
  }

  pause(): void {
    this.#paused = true
    this.#update()
    if (this.#options.context !== undefined) return
    this.#suspending = setTimeout(() => void this.#context.suspend(), SUSPEND_AFTER_MS)
  }

  feed(stream: MediaStream): void {
    this.#feeding ??= this.#context.createMediaStreamDestination()
    this.#gain.connect(this.#feeding)
    for (const track of this.#feeding.stream.getTracks()) stream.addTrack(track)
  }

  push(frame: HeardFrame): void {
    this.#edge = frame.mediaTime + frame.samples
    this.#decoder ??= this.#makeDecoder!(this.#codec!, (at, pcm) => this.#give(at, pcm))
    this.#decoder.push(frame)
  }

  end(): void {
    const decoder = this.#decoder
    void Promise.resolve(decoder?.flush()).then(() => {
      if (decoder === this.#decoder) this.#tell({ type: 'end' })
    })
  }

  restart(): void {
    this.#forget(true)
  }

  setVolume(volume: number): void {
    const { gain } = this.#gain
    const now = this.#context.currentTime
    gain.cancelScheduledValues(now)
    if (this.#open) gain.setValueAtTime(gain.value, now).linearRampToValueAtTime(volume, now + VOLUME_RAMP_S)
    else gain.value = volume
  }

  stats(): OutputStats {
    const { delay, buffered, underruns, skipped, ratio } = this.#status
    const concealed = this.#concealed + (this.#decoder?.concealedSamples ?? 0)
    return {
      bufferMs: buffered / RATE_MS,
      delayMs: delay > 0 ? delay / RATE_MS + this.#latencyMs : 0,
      underruns,
      concealedMs: concealed / RATE_MS,
      skippedMs: skipped / RATE_MS,
      ratio,
      decoder: this.#codec?.name ?? 'webcodecs',
      output: 'worklet'
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#paused = true
    clearTimeout(this.#suspending)
    this.#context.removeEventListener('statechange', this.#look)
    this.#update()
    this.#tell({ type: 'close' })
    this.#worklet?.port.close()
    this.#worklet?.disconnect()
    this.#gain.disconnect()
    for (const track of this.#feeding?.stream.getTracks() ?? []) track.stop()
    if (this.#options.context === undefined) await this.#context.close()
  }

  async #load(): Promise<void> {
    const url = this.#options.workletUrl ?? new URL('./worklet.js', import.meta.url)
    const [{ codec, makeDecoder }] = await Promise.all([loadDecoding(), this.#addModule(url)])
    if (this.#closed) return
    this.#codec = codec
    this.#makeDecoder = makeDecoder
    const worklet = new AudioWorkletNode(this.#context, PROCESSOR, {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { delay: Math.round(this.#options.delayMs * RATE_MS) }
    })
    worklet.port.onmessage = ({ data }: MessageEvent<FromPlayhead>) => this.#hear(data)
    worklet.onprocessorerror = () =>
      this.#on.failed(new TreecastError('playback-failed', 'The audio worklet broke down: reload the page'))
    worklet.connect(this.#gain)
    this.#worklet = worklet
    this.#update()
  }

  async #addModule(url: string | URL): Promise<void> {
    try {
      await this.#context.audioWorklet.addModule(url)
    } catch (cause) {
      const message = `The audio worklet ${String(url)} could not be loaded: put treecast's worklet.js there, or say where it is`
      throw new TreecastError('playback-failed', message, { cause })
    }
  }

  /** @returns whether the context runs; no where the browser wants a gesture first */
  #resume(): Promise<boolean> {
    const context = this.#context
    if (context.state === 'running') return Promise.resolve(true)
    return new Promise((resolve) => {
      const probe = new Audio()
      const settle = (running: boolean) => {
        clearTimeout(timer)
        context.removeEventListener('statechange', look)
        probe.pause()
        resolve(running)
      }
      const look = () => {
        if (context.state === 'running' || context.state === 'closed') settle(true)
      }
      const timer = setTimeout(() => settle(false), BLOCKED_AFTER_MS)
      context.addEventListener('statechange', look)
      // A blocked context says nothing at all; a media element, which is under the same policy, says so at once.
      probe.play().catch((error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') settle(false)
      })
      context.resume().then(look, () => settle(false))
    })
  }

  get #isWanted(): boolean {
    return !this.#paused && !this.#closed
  }

  /** Whether frames can be taken; tells of every change. */
  #update(): void {
    const open = this.#worklet !== undefined && this.#context.state === 'running' && !this.#paused
    if (open === this.#open) return
    this.#open = open
    if (!open) {
      this.#forget(false)
      if (!this.#paused) this.#interrupted()
    }
    this.#on.open(open)
  }

  /** Something took the sound away: a phone call, or the browser. An application's own context is its own affair. */
  #interrupted(): void {
    if (this.#options.context !== undefined || this.#context.state !== 'suspended') return
    void this.#resume().then((running) => {
      if (!running && !this.#paused) this.#on.blocked()
    })
  }

  #forget(newShow: boolean): void {
    this.#concealed += this.#decoder?.concealedSamples ?? 0
    this.#decoder?.close()
    this.#decoder = undefined
    this.#tell({ type: 'reset', newShow })
  }

  #give(at: number, pcm: Pcm): void {
    this.#tell(
      { type: 'pcm', at, pcm, edge: this.#edge },
      pcm.map((channel) => channel.buffer)
    )
  }

  #tell(message: ToPlayhead, transfer: Transferable[] = []): void {
    this.#worklet?.port.postMessage(message, transfer)
  }

  #hear(message: FromPlayhead): void {
    if (message.type !== 'status') {
      this.#on[message.type]()
      return
    }
    this.#status = message.status
    const { position } = message.status
    if (position !== undefined && this.#open) this.#on.heard(position - this.#latencyMs * RATE_MS)
  }

  /** From the worklet to the ear, as far as the browser knows. */
  get #latencyMs(): number {
    // Safari has no outputLatency.
    const latency = (this.#context as Partial<AudioContext>).outputLatency ?? this.#context.baseLatency
    return latency * 1000
  }
}

/** Who only relays needs none of it; it comes with the worklet's file. */
async function loadDecoding() {
  try {
    const { chooseCodec, makeDecoder } = await import('../decode/decoding.js')
    return { codec: await chooseCodec(), makeDecoder }
  } catch (cause) {
    if (cause instanceof TreecastError) throw cause
    const message = 'The decoder could not be loaded: is its file beside the bundle reachable from the page?'
    throw new TreecastError('playback-failed', message, { cause })
  }
}
