/**
 * A page in which playback is tried: our modules bundled as they are for browsers, a recorder on the audio thread, a show
 * of some seconds, and a hand that feeds it at the pace of the clock.
 */
import { rmSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Plugin, rollup } from 'rollup'
import ts from 'typescript'
import { plugins } from '../../../bundle/browser.js'
import type { HeardFrame } from '../../../src/audio/heard-frame.js'
import type { chooseCodec } from '../../../src/audio/decode/choose-codec.js'
import type { StreamDecoder } from '../../../src/audio/decode/stream-decoder.js'
import type { WebCodecsOpus } from '../../../src/audio/decode/webcodecs.js'
import type { Playback } from '../../../src/audio/playback/playback.js'
import { type Chromium, type TestPage } from '../../browser/chromium.js'
import { type Site, startSite, STRICT_POLICY } from '../../browser/site.js'
import { show } from '../show.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** WebAssembly is forbidden by the strictest policy. */
export const WASM_POLICY = STRICT_POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")

/** What the bundle gives the page. */
interface Modules {
  readonly Playback: typeof Playback
  readonly StreamDecoder: typeof StreamDecoder
  readonly WebCodecsOpus: typeof WebCodecsOpus
  readonly chooseCodec: typeof chooseCodec
}

export interface PlaybackChoice {
  readonly delayMs?: number
  readonly workletUrl?: string
  readonly output?: 'worklet' | 'element'
  readonly context?: AudioContext
}

const ENTRY = `
export { Playback } from ${JSON.stringify(join(ROOT, 'build/audio/playback/playback.js'))}
export { StreamDecoder } from ${JSON.stringify(join(ROOT, 'build/audio/decode/stream-decoder.js'))}
export { WebCodecsOpus } from ${JSON.stringify(join(ROOT, 'build/audio/decode/webcodecs.js'))}
export { chooseCodec } from ${JSON.stringify(join(ROOT, 'build/audio/decode/choose-codec.js'))}
`

/** The show in the lab; s. */
const SHOW_SECONDS = 20

let building: Promise<string> | undefined

/** Bundles the lab, once for all suites. As for visitors, but not minified, which takes a minute. */
async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treecast-lab-'))
  const lab = join(ROOT, 'build/lab.js')
  const entry = {
    name: 'entry',
    resolveId: (id: string) => (id === lab ? id : null),
    load: (id: string) => (id === lab ? ENTRY : null)
  }
  const readable = plugins.filter(({ name }) => name !== 'minify') as Plugin[]
  const page = await rollup({ input: { lab }, plugins: [entry, ...readable], onwarn: () => undefined })
  await page.write({ dir: folder, format: 'es', chunkFileNames: '[name].js' })
  await page.close()
  const worklet = await rollup({ input: join(ROOT, 'build/audio/playback/worklet.js'), plugins: readable })
  await worklet.write({ file: join(folder, 'worklet.js'), format: 'es' })
  await worklet.close()
  const recorder = await readFile(fileURLToPath(new URL('recorder.ts', import.meta.url)), 'utf8')
  const { outputText } = ts.transpileModule(recorder, { compilerOptions: { target: ts.ScriptTarget.ES2022 } })
  await writeFile(join(folder, 'recorder.js'), outputText)
  const frames = show(SHOW_SECONDS).map((frame) => ({
    ...frame,
    data: Buffer.from(frame.data).toString('base64')
  }))
  await writeFile(join(folder, 'show.json'), JSON.stringify(frames))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** For a suite: hooks that serve the lab. */
export function useLab(policy?: string): Site {
  let running: Site | undefined
  before(async function () {
    this.timeout(120_000)
    const folder = await (building ??= build())
    running = await startSite({ folders: { '/lab/': folder }, ...(policy === undefined ? {} : { policy }) })
  })
  after(() => running?.close())
  const get = (): Site => running!
  return {
    url: (path) => get().url(path),
    get violations() {
      return get().violations
    },
    get requests() {
      return get().requests
    },
    close: () => get().close()
  }
}

/** What a page has once {@link openLab} has opened it. */
interface Lab extends Modules {
  /** Loads the modules and the show; the rest is there before. */
  load(): Promise<void>
  /** The whole show. */
  frames: HeardFrame[]
  /** A playback whose events are noted in `log`. */
  playback: Playback
  readonly log: string[]
  makePlayback(options?: PlaybackChoice): Playback
  /** Resolves with the log when it holds so many of these. */
  logged(event: string, count?: number): Promise<string[]>
  /** What the recorder got: the left side, by quantum. */
  readonly heard: { readonly samples: Float32Array; readonly wallMs: number }[]
  record(node: AudioNode): Promise<void>
  /**
   * Gives the playback the show as a listener gets it who joins after so many seconds: at once what is up to there, from
   * `since` on, then packets of a tenth of a second, until `until`; the packets in `lost` never come. Resolves at the end.
   */
  feed(options: { since?: number; joined: number; until: number; lost?: number[] }): Promise<void>
  /** The wall time at which the show that is fed began. */
  showBegan: number
  /** Samples as a base64 text of 32-bit floats: a page has no shorter way to tell them. */
  encode(samples: Float32Array): string
  /** All that was recorded so far. */
  recording(): string
  /** The whole show, decoded. */
  decodeShow(): Promise<string>
  /** The newest media element that a playback made. */
  element: HTMLAudioElement
}

declare global {
  interface Window {
    lab: Lab
    Audio: typeof Audio
  }
}

/** Runs in the page before a test does. */
export function definePage(): void {
  const waiting: (() => void)[] = []
  const note = (event: string) => {
    lab.log.push(event)
    for (const look of [...waiting]) look()
  }
  const lab: Omit<Lab, keyof Modules | 'frames' | 'playback' | 'element'> & { playback?: Playback } = {
    log: [],
    heard: [],
    showBegan: 0,
    load: async () => {
      const url = '/lab/lab.js'
      const frames = (await (await fetch('/lab/show.json')).json()) as (HeardFrame & { data: string })[]
      Object.assign(lab, await import(url), {
        frames: frames.map((frame) => ({
          ...frame,
          data: Uint8Array.from(atob(frame.data), (char) => char.charCodeAt(0))
        }))
      })
    },
    makePlayback: (options = {}) => {
      lab.playback = new window.lab.Playback({
        delayMs: 1000,
        workletUrl: '/lab/worklet.js',
        ...options,
        on: {
          blocked: () => note('blocked'),
          playing: () => note('playing'),
          underrun: () => note('underrun'),
          ended: () => note('ended'),
          failed: (error) => note(`failed ${error.message}`)
        }
      })
      return lab.playback
    },
    logged: (event, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (lab.log.filter((each) => each.startsWith(event)).length < count) return
          waiting.splice(waiting.indexOf(look), 1)
          resolve([...lab.log])
        }
        waiting.push(look)
        look()
      }),
    record: async (node) => {
      await node.context.audioWorklet.addModule('/lab/recorder.js')
      const recorder = new AudioWorkletNode(node.context, 'recorder', { numberOfOutputs: 0 })
      recorder.port.onmessage = ({ data }) => lab.heard.push(data as Lab['heard'][number])
      node.connect(recorder)
    },
    feed: ({ since = 0, joined, until, lost = [] }) =>
      new Promise((resolve) => {
        lab.showBegan = Date.now() - joined * 1000
        let next = since * 10
        let begins: HeardFrame['begins'] = since === 0 ? 'start' : 'middle'
        let lostBefore = 0
        const pump = () => {
          for (; lab.showBegan + (next + 1) * 100 <= Date.now() && next < until * 10; next++) {
            for (const frame of window.lab.frames.slice(next * 5, next * 5 + 5)) {
              if (lost.includes(next)) lostBefore += frame.samples
              else {
                lab.playback!.push({ ...frame, begins, lostBefore })
                begins = 'no'
                lostBefore = 0
              }
            }
          }
          if (next < until * 10) setTimeout(pump, 5)
          else resolve()
        }
        pump()
      }),
    encode: (samples) => {
      let text = ''
      for (const byte of new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)) {
        text += String.fromCharCode(byte)
      }
      return btoa(text)
    },
    recording: () => {
      const all = new Float32Array(lab.heard.length * 128)
      for (const [index, { samples }] of lab.heard.entries()) all.set(samples, index * 128)
      return lab.encode(all)
    },
    decodeShow: async () => {
      const all = new Float32Array(window.lab.frames.length * 960)
      const kind = await window.lab.chooseCodec()
      const decoder = new window.lab.StreamDecoder(kind, (at, [left]) => all.set(left!, at))
      for (const frame of window.lab.frames) decoder.push(frame)
      await decoder.flush()
      decoder.close()
      return lab.encode(all)
    }
  }
  window.lab = lab as Lab
  const { Audio } = window
  window.Audio = class extends Audio {
    constructor() {
      super()
      window.lab.element = this
    }
  }
}

/** Opens a page of the lab. */
export async function openLab(
  chromium: Chromium,
  site: Site,
  setUp?: (page: TestPage) => Promise<unknown>
): Promise<TestPage> {
  const page = await chromium.open(site.url('blank.html'), async (page) => {
    await setUp?.(page)
  })
  await page.evaluate(definePage)
  await page.evaluate(() => window.lab.load())
  return page
}

export function floats(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)
}
