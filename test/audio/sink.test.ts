import { expect } from 'chai'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { PassThrough, type Readable, Writable } from 'node:stream'
import { openSink } from '../../src/audio/sink.js'
import { TreecastError } from '../../src/protocol/errors.js'
import { frame, frames, framesOf, read, STEREO, stream } from './made.js'

/** What the promise was rejected with. */
async function rejection(promise: Promise<unknown>): Promise<TreecastError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof TreecastError) return error
    throw error
  }
  throw new Error('it was not rejected')
}

describe('the Ogg sink', () => {
  let folder: string

  before(() => (folder = mkdtempSync(join(tmpdir(), 'treecast-'))))

  after(() => rmSync(folder, { recursive: true }))

  it('creates its file before any audio, and fills it', async () => {
    const path = join(folder, 'out.opus')
    const sink = await openSink(path, { serial: 1 })
    expect(existsSync(path)).to.equal(true)
    sink.start(STEREO)
    for (const each of frames(2000)) sink.write(each)
    await sink.end()
    expect(Buffer.compare(readFileSync(path), stream(frames(2000)))).to.equal(0)
  })

  it('keeps the time of a gap', async () => {
    const path = join(folder, 'gap.opus')
    const sink = await openSink(path, { serial: 1 })
    sink.start(STEREO)
    sink.write(frame(0))
    sink.gap(9600)
    sink.write(frame(1))
    await sink.end()
    const given = framesOf(read([readFileSync(path)]).items)
    expect(given.reduce((sum, each) => sum + each.samples, 0)).to.equal(960 * 12)
  })

  it('says at once why its file cannot be written', async () => {
    const cases: [path: string, message: RegExp][] = [
      [
        join(folder, 'none', 'out.opus'),
        /out\.opus cannot be written: there is no such directory; make it first$/
      ],
      [folder, /cannot be written: it is a directory; name a file in it$/]
    ]
    for (const [path, message] of cases) {
      const error = await rejection(openSink(path, { serial: 1 }))
      expect(error.code).to.equal('output-unwritable')
      expect(error.message).to.match(message)
    }
  })

  it('says once that the disk is full', async () => {
    const sink = await openSink('/dev/full', { serial: 1 })
    const errors: TreecastError[] = []
    sink.onError = (error) => errors.push(error)
    sink.start(STEREO)
    for (const each of frames(50)) sink.write(each)
    expect((await rejection(sink.end())).message).to.equal(
      '/dev/full cannot be written: the disk is full; make room'
    )
    sink.write(frame(0))
    expect(errors.map((error) => error.code)).to.deep.equal(['output-unwritable'])
    await rejection(sink.ready())
  })

  it('writes to a stream and leaves it open', async () => {
    const output = new PassThrough()
    const sink = await openSink(output, { serial: 1 })
    sink.start(STEREO)
    for (const each of frames(20)) sink.write(each)
    const ended = sink.end()
    const bytes = Buffer.concat([output.read() as Buffer])
    await ended
    expect(Buffer.compare(bytes, stream(frames(20)))).to.equal(0)
    expect([output.writable, output.listenerCount('error'), output.listenerCount('drain')]).to.deep.equal([
      true,
      0,
      0
    ])
  })

  it('lets its writer wait for a slow reader', async () => {
    const taken: Uint8Array[] = []
    const output = new Writable({
      highWaterMark: 1000,
      write: (chunk: Uint8Array, _, done) => {
        taken.push(chunk)
        setImmediate(done)
      }
    })
    const sink = await openSink(output, { serial: 1, maxQueueBytes: 3000 })
    sink.start(STEREO)
    for (const each of frames(2000)) {
      sink.write(each)
      await sink.ready()
    }
    await sink.end()
    expect(Buffer.compare(Buffer.concat(taken), stream(frames(2000)))).to.equal(0)
  })

  it('gives up a reader that has stopped, within its bound', async () => {
    const output = new Writable({ write: () => undefined })
    const sink = await openSink(output, { serial: 1, maxQueueBytes: 10_000 })
    let failure: TreecastError | undefined
    sink.onError = (error) => (failure = error)
    sink.start(STEREO)
    for (const each of frames(5000)) sink.write(each)
    expect(failure?.code).to.equal('output-unwritable')
    expect(failure?.message).to.match(/does not keep up, \d+ bytes are waiting; read it faster/)
    expect(output.writableLength).to.be.below(11_000)
    expect(await rejection(sink.end())).to.equal(failure)
  })

  it('notices a reader that has gone', async () => {
    const closed = new PassThrough()
    closed.destroy()
    await once(closed, 'close')
    expect((await rejection(openSink(closed, { serial: 1 }))).code).to.equal('output-unwritable')

    const output = new PassThrough()
    const leaving = await openSink(output, { serial: 1 })
    const failed = new Promise<TreecastError>((resolve) => (leaving.onError = resolve))
    leaving.start(STEREO)
    output.destroy()
    expect((await failed).code).to.equal('output-unwritable')
  })

  describe('on standard output', function () {
    this.timeout(30_000)

    const PROGRAM = `
      import { openSink } from './src/audio/sink.ts'
      import { frames, STEREO } from './test/audio/made.ts'
      const sink = await openSink('-', { serial: 1 })
      sink.onError = (error) => process.stderr.write(error.code + ' ' + error.cause.code)
      sink.start(STEREO)
      for (const each of frames(3000)) sink.write(each)
      await sink.end().catch(() => undefined)`

    function program(): ChildProcessByStdio<null, Readable, Readable> {
      const args = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM]
      return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    }

    it('gives all of it before the process ends', async () => {
      const child = program()
      const chunks: Uint8Array[] = []
      for await (const chunk of child.stdout) chunks.push(chunk as Uint8Array)
      expect(Buffer.compare(Buffer.concat(chunks), stream(frames(3000)))).to.equal(0)
    })

    it('says that its reader has gone', async () => {
      const child = program()
      child.stdout.destroy()
      let said = ''
      for await (const chunk of child.stderr) said += String(chunk)
      expect(said).to.equal('output-unwritable EPIPE')
    })
  })
})
