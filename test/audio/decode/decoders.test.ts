import { expect } from 'chai'
import type { TreecastError } from '../../../src/protocol/errors.js'
import { spawnSync } from 'node:child_process'
import { type TestPage, useChromium } from '../../browser/chromium.js'
import { needs } from '../../setup/tools.js'
import { floats, openLab, useLab, WASM_POLICY } from '../playback/lab.js'
import { SHOW } from '../show.js'
import { snr } from '../signal.js'

/** The whole length that the lab's show has, decoded by libopus. */
function reference(seconds: number): Float32Array {
  const args = [
    '-v',
    'error',
    '-c:a',
    'libopus',
    '-i',
    SHOW,
    '-t',
    String(seconds),
    '-f',
    'f32le',
    '-ac',
    '1',
    '-'
  ]
  const { status, stdout, stderr } = spawnSync('ffmpeg', args, { maxBuffer: 64 * 1024 * 1024 })
  if (status !== 0) throw new Error(String(stderr))
  return new Float32Array(Uint8Array.from(stdout).buffer)
}

/** A browser without a decoder of its own. */
const withoutWebCodecs = (page: TestPage) =>
  page.addInitScript(() => Reflect.deleteProperty(globalThis, 'AudioDecoder'))

describe('decoders in Chromium', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  const lab = useLab(WASM_POLICY)

  before(function () {
    needs(this, 'ffmpeg')
  })

  for (const kind of ['webcodecs', 'wasm'] as const) {
    const open = () => openLab(chromium, lab, kind === 'wasm' ? withoutWebCodecs : undefined)

    describe(kind, () => {
      it('decodes as libopus does', async () => {
        const page = await open()
        const { name, text, preSkip } = await page.evaluate(async () => {
          const codec = await window.lab.chooseCodec()
          const frames = window.lab.frames.filter(({ mediaTime }) => mediaTime < 10 * 48_000)
          const all = new Float32Array(10 * 48_000)
          const decoder = new window.lab.StreamDecoder(codec, (at, [left]) => all.set(left!, at))
          for (const frame of frames) decoder.push(frame)
          await decoder.flush()
          return { name: codec.name, text: window.lab.encode(all), preSkip: frames[0]!.format.preSkip }
        })
        expect(name).to.equal(kind)
        // A file's time begins after the pre-skip.
        const decoded = floats(text).subarray(preSkip)
        expect(snr(reference(10).subarray(0, decoded.length), decoded)).to.be.above(70)
        expect(page.problems).to.deep.equal([])
      })

      it('answers every packet once and in order, invalid ones too, and goes on after them', async () => {
        const page = await open()
        const answers = await page.evaluate(async () => {
          const codec = (await window.lab.chooseCodec()).make(1)
          const packets = window.lab.frames.slice(0, 40).map(({ data }) => data)
          const invalid = Uint8Array.of(0xff, 0xff, 0xff)
          packets[10] = invalid
          packets[20] = invalid
          packets[21] = invalid
          packets[39] = invalid
          const answers: string[] = []
          for (const [index, data] of packets.entries()) {
            codec.decode(data, (pcm) => answers.push(`${index} ${pcm?.[0]?.length ?? 'invalid'}`))
          }
          await codec.flush()
          codec.close()
          return answers
        })
        const expected = Array.from({ length: 40 }, (_, index) =>
          [10, 20, 21, 39].includes(index) ? `${index} invalid` : `${index} 960`
        )
        expect(answers).to.deep.equal(expected)
      })

      it('conceals what a packet of one byte stands for', async () => {
        const page = await open()
        const { lengths, loud } = await page.evaluate(async () => {
          const codec = (await window.lab.chooseCodec()).make(1)
          const loudest = window.lab.frames.findIndex(({ data }, index) => index > 50 && data.length > 110)
          const lengths: (number | undefined)[] = []
          let loud = 0
          const decode = (data: Uint8Array) =>
            codec.decode(data, (pcm) => {
              lengths.push(pcm?.[0]?.length)
              loud = Math.max(...(pcm?.[0] ?? []).map(Math.abs))
            })
          for (const { data } of window.lab.frames.slice(loudest - 20, loudest)) decode(data)
          decode(Uint8Array.of(window.lab.frames[loudest]!.data[0]!))
          await codec.flush()
          codec.close()
          return { lengths, loud }
        })
        expect(lengths).to.deep.equal(new Array(21).fill(960))
        expect(loud).to.be.above(0.001)
      })

      it('answers nothing once it is closed', async () => {
        const page = await open()
        const answers = await page.evaluate(async () => {
          const codec = (await window.lab.chooseCodec()).make(1)
          let answers = 0
          const flushed: Promise<void>[] = []
          for (const { data } of window.lab.frames.slice(0, 10)) codec.decode(data, () => answers++)
          const before = answers
          flushed.push(codec.flush())
          codec.close()
          codec.close()
          await Promise.all(flushed)
          await new Promise((resolve) => setTimeout(resolve))
          return answers - before
        })
        expect(answers).to.equal(0)
      })
    })
  }
})

describe('decoders in Chromium, under a policy without WebAssembly', function () {
  this.timeout(60_000)
  const chromium = useChromium()
  const lab = useLab()

  it('says what the policy lacks', async () => {
    const page = await openLab(chromium, lab, withoutWebCodecs)
    const error = await page.evaluate(() =>
      window.lab.chooseCodec().then(
        () => undefined,
        (error: unknown) => {
          const { code, message } = error as TreecastError
          return { code, message }
        }
      )
    )
    expect(error!.code).to.equal('unsupported')
    expect(error!.message).to.include("'wasm-unsafe-eval'")
  })

  it('loads no WebAssembly where the browser decodes', async () => {
    const page = await openLab(chromium, lab)
    expect(await page.evaluate(async () => (await window.lab.chooseCodec()).name)).to.equal('webcodecs')
    expect(lab.requests.filter(({ path }) => path.includes('wasm'))).to.have.length(1)
  })
})
