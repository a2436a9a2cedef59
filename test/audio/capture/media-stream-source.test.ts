/** A real browser's microphone, which plays a real recording, and other streams, to Opus frames. */

import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Level,
  type MediaStreamSource,
  mediaStreamSource,
  type MediaStreamSourceOptions
} from '../../../src/audio/capture/media-stream-source.js'
import { openSink } from '../../../src/audio/sink.js'
import type { SourceItem, Tag } from '../../../src/audio/source.js'
import { type ErrorCode, TreecastError } from '../../../src/protocol/errors.js'
import { type Frame, opusDuration, type StreamFormat } from '../../../src/protocol/media/frame.js'
import { type Chromium, startChromium, type TestPage } from '../../browser/chromium.js'
import { useSite } from '../../browser/site.js'
import { needs, run } from '../../setup/tools.js'
import { decode, likeness } from '../likeness.js'

const SHOW = fileURLToPath(new URL('../../../examples/one-machine/show.opus', import.meta.url))

/** A frame as it crosses from the page to the test. */
type Written = Omit<Frame, 'data'> & { readonly data: readonly number[] }

interface Reading {
  readonly format: StreamFormat | undefined
  readonly tags: readonly Tag[]
  readonly frames: readonly Written[]
  readonly levels: readonly Level[]
  readonly error: Pick<TreecastError, 'name' | 'code' | 'message'> | undefined
  readonly skipped: number
}

// What the page has: the browser entry, and what `equip` puts there.
declare const treecast: { readonly mediaStreamSource: typeof mediaStreamSource }
declare function microphone(): Promise<MediaStream>
declare function tell(error: Reading['error']): void
declare function collect(source: MediaStreamSource, onFrame?: (count: number) => unknown): Promise<Reading>

/** Runs in the page, before anything else does. */
function equip(): void {
  Object.assign(window, {
    /** As it is: no gain control, no filters. */
    microphone() {
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
      return navigator.mediaDevices.getUserMedia({ audio })
    },

    /** Reads a source to its end or error, or until `onFrame` answers true. */
    async collect(source: MediaStreamSource, onFrame?: (count: number) => unknown): Promise<Reading> {
      const frames: Written[] = []
      const levels: Level[] = []
      const reading = { frames, levels, tags: [] as readonly Tag[] }
      let format: StreamFormat | undefined
      let error: Reading['error']
      try {
        for await (const item of source) {
          if (item.type === 'stream') {
            format = item.format
            reading.tags = item.tags
            continue
          }
          frames.push({ ...item.frame, data: [...item.frame.data] })
          levels.push(source.level)
          if (onFrame?.(frames.length) === true) break
        }
      } catch (thrown) {
        const { name, code, message } = thrown as TreecastError
        error = { name, code, message }
      }
      levels.push(source.level)
      return { ...reading, format, error, skipped: source.skipped }
    }
  })
}

async function equipped(page: TestPage): Promise<void> {
  await page.addInitScript(equip)
}

describe('mediaStreamSource', function () {
  this.timeout(60_000)
  const site = useSite()
  let folder: string
  let wav: string
  let chromium: Chromium
  let page: TestPage

  before(async function () {
    needs(this, 'ffmpeg', 'chromium')
    folder = await mkdtemp(join(tmpdir(), 'treecast-capture-'))
    wav = join(folder, 'show.wav')
    run('ffmpeg', '-v', 'error', '-i', SHOW, '-t', '20', '-ar', '48000', '-ac', '1', wav)
    chromium = await startChromium({ microphone: wav, autoplay: false })
  })

  beforeEach(async () => {
    page = await chromium.open(site.url('module.html'), equipped)
  })

  afterEach(async () => {
    const { problems } = page
    await chromium.closePages()
    expect(site.violations).to.deep.equal([])
    expect(problems).to.deep.equal([])
  })

  after(async () => {
    await (chromium as Chromium | undefined)?.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Writes what was read as Ogg Opus. */
  async function save({ format, frames }: Reading, name: string): Promise<string> {
    const path = join(folder, `${name}.opus`)
    const sink = await openSink(path, { serial: 1 })
    sink.start(format!)
    for (const { data, samples, endTrim } of frames)
      sink.write({ data: Uint8Array.from(data), samples, endTrim })
    await sink.end()
    return path
  }

  it("gives the microphone's audio in frames of 20 ms, and ends with the track", async () => {
    const reading = await page.evaluate(async () => {
      const stream = await microphone()
      const source = treecast.mediaStreamSource(stream, {
        channels: 1,
        tags: { title: 'A talk', artist: 'Ada' }
      })
      return collect(source, (count) => {
        if (count === 400) stream.getAudioTracks()[0]!.stop()
      })
    })
    const { frames, levels } = reading
    expect(reading.error).to.equal(undefined)
    expect(reading.format).to.deep.equal({ channels: 1, preSkip: 312, outputGain: 0 })
    expect(reading.tags).to.deep.equal([
      { name: 'TITLE', value: 'A talk' },
      { name: 'ARTIST', value: 'Ada' }
    ])
    expect(frames.length).to.be.above(400)
    for (const { data, samples } of frames) {
      expect(samples).to.equal(960)
      expect(opusDuration(Uint8Array.from(data))).to.equal(samples)
    }
    // 64 kbit/s is 160 bytes to a frame.
    const bytes = frames.reduce((sum, { data }) => sum + data.length, 0)
    expect(bytes / frames.length).to.be.within(120, 200)

    // To the sample: whole blocks of 20 ms went in, and as much is heard.
    expect(frames.slice(0, -1).every(({ endTrim }) => endTrim === 0)).to.equal(true)
    const heard = frames.length * 960 - 312 - frames.at(-1)!.endTrim
    expect(heard % 960).to.equal(0)

    expect(Math.max(...levels.map(({ peak }) => peak))).to.be.within(0.2, 1)
    expect(levels.every(({ peak, rms }) => rms <= peak)).to.equal(true)
    expect(levels.at(-1)).to.deep.equal({ peak: 0, rms: 0 })

    // A busy machine's fake microphone may leave something out: most seconds are whole, and found where they belong.
    const parts = likeness(await decode(await save(reading, 'talk')), await decode(wav))
    expect(parts.length).to.be.at.least(6)
    const whole = parts.filter(({ correlation }) => correlation > 0.95)
    expect(whole.length / parts.length, JSON.stringify(parts)).to.be.above(0.7)
  })

  it('gives silence while the track is muted, and goes on', async () => {
    const reading = await page.evaluate(async () => {
      const stream = await microphone()
      return collect(treecast.mediaStreamSource(stream), (count) => {
        stream.getAudioTracks()[0]!.enabled = count <= 50 || count > 150
        return count === 300
      })
    })
    expect(reading.frames).to.have.length(300)
    // What was under way when it was muted, and when it was not any more, is left out.
    const loudest = (from: number, to: number): number =>
      Math.max(...reading.levels.slice(from, to).map(({ peak }) => peak))
    expect(loudest(0, 50)).to.be.above(0.1)
    expect(loudest(80, 150)).to.equal(0)
    expect(loudest(180, 300)).to.be.above(0.1)
    expect(reading.skipped).to.equal(0)
  })

  it('takes any stream: a stereo mixer of 44.1 kHz, whose context stays its own', async () => {
    const { reading, state } = await page.evaluate(async () => {
      // The microphone is what lets a page make sound without a click.
      await microphone()
      const context = new AudioContext({ sampleRate: 44_100 })
      const mixer = context.createMediaStreamDestination()
      const sides = context.createChannelMerger(2)
      sides.connect(mixer)
      for (const [side, frequency] of [440, 1000].entries()) {
        const tone = new OscillatorNode(context, { frequency })
        tone.connect(new GainNode(context, { gain: 0.5 })).connect(sides, 0, side)
        tone.start()
      }
      const source = treecast.mediaStreamSource(mixer.stream, { context, bitrateKbps: 128 })
      const reading = await collect(source, (count) => {
        if (count === 150) mixer.stream.getAudioTracks()[0]!.stop()
      })
      return { reading, state: context.state }
    })
    expect(reading.error).to.equal(undefined)
    expect(state).to.equal('running')
    expect(reading.format).to.include({ channels: 2 })
    expect(reading.frames.every(({ samples }) => samples === 960)).to.equal(true)
    const bytes = reading.frames.reduce((sum, { data }) => sum + data.length, 0)
    expect(bytes / reading.frames.length).to.be.within(240, 400)
    expect(reading.levels[140]!.peak).to.be.closeTo(0.5, 0.01)
    expect(reading.levels[140]!.rms).to.be.closeTo(0.5 / Math.SQRT2, 0.01)

    const file = await save(reading, 'mixer')
    expect(frequencyOf(file, 'FL')).to.be.closeTo(440, 5)
    expect(frequencyOf(file, 'FR')).to.be.closeTo(1000, 5)
  })

  it('keeps nothing of what was captured before the second item was asked for', async () => {
    const { first, reading } = await page.evaluate(async () => {
      await microphone()
      const context = new AudioContext()
      const mixer = context.createMediaStreamDestination()
      const tone = new OscillatorNode(context)
      tone.connect(mixer)
      tone.start()
      const source = treecast.mediaStreamSource(mixer.stream, { context })
      const items = source[Symbol.asyncIterator]()
      const first = await items.next()
      const until = async (test: () => boolean): Promise<void> => {
        while (!test()) await new Promise(requestAnimationFrame)
      }
      await until(() => source.level.peak > 0)
      tone.disconnect()
      await until(() => source.level.peak === 0)
      const rest = Object.assign(source, { [Symbol.asyncIterator]: () => items })
      return { first: first.value as SourceItem, reading: await collect(rest, (count) => count === 10) }
    })
    expect(first).to.include({ type: 'stream' })
    // Silence is a few bytes.
    for (const { data } of reading.frames) expect(data).to.have.length.below(20)
  })

  it('ends at once, and leaves nothing behind, when its reader does not want more', async () => {
    const devTools = await chromium.devTools(page)
    await devTools.send('WebAudio.enable')
    const closed = new Promise<void>((resolve) =>
      devTools.on('WebAudio.contextChanged', ({ context }) => {
        if (context.contextState === 'closed') resolve()
      })
    )
    const outcome = await page.evaluate(async () => {
      const stream = await microphone()
      const items = treecast.mediaStreamSource(stream)[Symbol.asyncIterator]()
      await items.next()
      const waiting = items.next()
      const { done } = await items.return!()
      await waiting
      return { done, track: stream.getAudioTracks()[0]!.readyState }
    })
    expect(outcome).to.deep.equal({ done: true, track: 'live' })
    await closed
  })

  it('is patient with a busy page, and passes over what is stale behind a frozen one', async () => {
    const reading = await page.evaluate(async () => {
      const block = (ms: number): void => {
        for (const end = performance.now() + ms; performance.now() < end;);
      }
      const seen: number[] = []
      const source = treecast.mediaStreamSource(await microphone())
      const reading = await collect(source, (count) => {
        if (count === 50) block(1_000)
        if (count === 150) seen.push(source.skipped)
        if (count === 150) block(5_000)
        return count === 300
      })
      return { ...reading, seen }
    })
    expect(reading.seen).to.deep.equal([0])
    // Of five seconds' blocks all but the last 0.2 s, which are fresh.
    expect(reading.skipped).to.be.within(200, 250)
    expect(reading.frames).to.have.length(300)
  })

  describe('says in one line what is wrong:', () => {
    it('a stream without audio', async () => {
      const { error } = await page.evaluate(() => collect(treecast.mediaStreamSource(new MediaStream())))
      expectError(error, 'source-empty', /^the media stream has no audio; ask for it with \{ audio: true \}$/)
    })

    it('a track that has ended', async () => {
      const { error } = await page.evaluate(async () => {
        const stream = await microphone()
        stream.getAudioTracks()[0]!.stop()
        return collect(treecast.mediaStreamSource(stream))
      })
      expectError(error, 'source-empty', /audio has ended already; ask for the microphone again$/)
    })

    it('a browser without AudioEncoder', async () => {
      const { error } = await page.evaluate(async () => {
        Reflect.deleteProperty(globalThis, 'AudioEncoder')
        return collect(treecast.mediaStreamSource(await microphone()))
      })
      expectError(error, 'unsupported', /^this browser has no AudioEncoder, .*; take a current browser$/)
    })

    it('a browser that encodes, but not Opus', async () => {
      const { error } = await page.evaluate(async () => {
        AudioEncoder.isConfigSupported = (config) => Promise.resolve({ config, supported: false })
        return collect(treecast.mediaStreamSource(await microphone()))
      })
      expectError(error, 'unsupported', /^this browser cannot encode Opus with 2 channels at 48000 Hz/)
    })

    it('an encoder that fails', async () => {
      const { error, frames } = await page.evaluate(async () => {
        class Misshapen extends AudioData {
          constructor(init: AudioDataInit) {
            super({ ...init, numberOfChannels: 7, data: new Float32Array(init.numberOfFrames * 7) })
          }
        }
        const source = treecast.mediaStreamSource(await microphone())
        return collect(source, (count) => {
          // Audio of another shape than the encoder was made for.
          if (count === 20) globalThis.AudioData = Misshapen
        })
      })
      expectError(
        error,
        'capture-failed',
        /^the media stream cannot be captured: the browser's encoder failed \(.+\); start/
      )
      expect(frames).to.have.length.at.least(20)
    })

    it('a page without any click, where the browser holds audio back', async () => {
      // Not by `evaluate`: playwright makes a gesture of it.
      const told = new Promise<Reading['error']>((resolve) => {
        void chromium.open(site.url('module.html'), async (page) => {
          await equipped(page)
          await page.exposeFunction('tell', resolve)
          await page.addInitScript(() =>
            addEventListener('load', () => {
              const { stream } = new AudioContext().createMediaStreamDestination()
              void collect(treecast.mediaStreamSource(stream)).then(({ error }) => tell(error))
            })
          )
        })
      })
      expectError(
        await told,
        'source-stalled',
        /gives nothing; browsers process audio only after a click or a key/
      )
    })

    it('a worklet that is not where it should be', async () => {
      const { error } = await page.evaluate(async () =>
        collect(treecast.mediaStreamSource(await microphone(), { workletUrl: '/nowhere.js' }))
      )
      expectError(
        error,
        'capture-failed',
        /\/nowhere\.js cannot be loaded; serve that file beside the bundle/
      )
      expect(page.problems.filter((problem) => !problem.includes('nowhere.js'))).to.deep.equal([])
      page = await chromium.open(site.url('module.html'), equipped)
    })

    for (const [options, what] of [
      [{ bitrateKbps: 5 }, /^bitrateKbps is 5; it must be a number from 6 to 510$/],
      [{ bitrateKbps: NaN }, /^bitrateKbps is NaN; it must be a number from 6 to 510$/],
      [{ channels: 3 }, /^channels is 3; it must be 1 or 2$/]
    ] as const) {
      it(`the options ${JSON.stringify(options)}`, () => {
        const make = (): unknown => mediaStreamSource({} as MediaStream, options as MediaStreamSourceOptions)
        expect(make).to.throw(TreecastError, what).with.property('code', 'bad-option')
      })
    }
  })
})

function expectError(error: Reading['error'], code: ErrorCode, message: RegExp): void {
  expect(error).to.include({ name: 'TreecastError', code })
  expect(error?.message).to.match(message).and.not.include('\n')
}

/** The frequency of a tone in one channel. */
function frequencyOf(file: string, channel: string): number {
  const raw = `${file}.${channel}`
  const filter = `atrim=0.5:1.5,pan=mono|c0=${channel}`
  run('ffmpeg', '-v', 'error', '-i', file, '-af', filter, '-ar', '48000', '-f', 'f32le', raw)
  const bytes = readFileSync(raw)
  const samples = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  let rises = 0
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 && samples[i]! >= 0) rises++
  return rises / (samples.length / 48_000)
}
