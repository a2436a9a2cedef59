import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unreadable } from '../../../src/audio/sources/failure.js'
import { isLive, openSource } from '../../../src/audio/sources/open.js'
import { TreecastError } from '../../../src/protocol/errors.js'
import { drain, frames, framesOf, stream, streamsOf } from '../made.js'

/** Whether this process has the file open, where the system tells. */
function isOpen(path: string): boolean {
  const list = '/proc/self/fd'
  if (!existsSync(list)) return false
  return readdirSync(list).some((fd) => existsSync(join(list, fd)) && readlinkSync(join(list, fd)) === path)
}

describe('a file as a source', () => {
  let folder: string
  let path: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'treecast-'))
    path = join(folder, 'show.opus')
    writeFileSync(path, stream(frames(5000)))
  })

  after(() => rmSync(folder, { recursive: true }))

  it('gives its frames, ends, and is closed', async () => {
    const { items, error } = await drain(openSource(path))
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(5000))
    expect(isOpen(path)).to.equal(false)
  })

  it('begins again as a chained stream does', async () => {
    const short = join(folder, 'short.opus')
    writeFileSync(short, stream(frames(3)))
    const types: string[] = []
    for await (const item of openSource(short, { loop: true })) {
      types.push(item.type)
      if (types.length === 9) break
    }
    const round = ['stream', 'frame', 'frame', 'frame']
    expect(types).to.deep.equal([...round, ...round, 'stream'])
    expect(isOpen(short)).to.equal(false)
  })

  it('is closed on an early return and at the signal', async () => {
    for await (const item of openSource(path)) if (item.type === 'frame') break
    expect(isOpen(path)).to.equal(false)

    const stop = new AbortController()
    let count = 0
    for await (const item of openSource(path, { signal: stop.signal })) {
      if (item.type === 'frame' && ++count === 1) stop.abort()
    }
    expect(count).to.be.above(0).and.below(5000)
    expect(isOpen(path)).to.equal(false)
  })

  it('is not opened when the signal has been given', async () => {
    expect(await drain(openSource(path, { signal: AbortSignal.abort() }))).to.deep.equal({
      items: [],
      error: undefined
    })
  })

  it('gives what is good before it says where it breaks off', async () => {
    const broken = join(folder, 'broken.opus')
    writeFileSync(broken, stream(frames(100)).subarray(0, -7))
    const { items, error } = await drain(openSource(broken))
    expect(framesOf(items)).to.have.length(90)
    expect(error?.code).to.equal('source-truncated')
    expect(error?.message).to.include(broken).and.include('90 frames before it are good')
  })

  it('passes over damage if it is told to', async () => {
    const damaged = join(folder, 'damaged.opus')
    writeFileSync(damaged, stream(frames(100)).fill(0, 600, 610))
    expect((await drain(openSource(damaged))).error?.code).to.equal('source-corrupt')
    const { items, error } = await drain(openSource(damaged, { lossy: true }))
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.have.length(90)
    expect(streamsOf(items)).to.have.length(1)
  })

  it('says in one line why it cannot be read', async () => {
    const pipe = join(folder, 'pipe')
    expect(spawnSync('mkfifo', [pipe]).status).to.equal(0)
    const cases: [path: string, message: RegExp][] = [
      [join(folder, 'none.opus'), /none\.opus cannot be read: there is no such file; check/],
      [folder, /cannot be read: it is a directory; name/],
      [join(path, 'inside'), /a part of its path is no directory/],
      [pipe, /it is no regular file; pipe it in: treecast … - < \S+pipe$/]
    ]
    for (const [wrong, message] of cases) {
      const { error } = await drain(openSource(wrong))
      expect(error?.code).to.equal('source-unreadable')
      expect(error?.message).to.match(message).and.not.include('\n')
    }
    // Root, who runs tests in containers, may read everything.
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
    expect(unreadable('x', denied).message).to.match(/x cannot be read: permission denied; let/)
  })

  it('alone can be looped', () => {
    for (const spec of ['-', 'http://127.0.0.1/x']) {
      expect(() => openSource(spec, { loop: true }))
        .to.throw(TreecastError)
        .with.property('code', 'bad-option')
    }
  })

  it('alone waits for its reader', () => {
    expect(['show.opus', './-', '-', 'http://x/', 'HTTPS://x/'].map(isLive)).to.deep.equal([
      false,
      false,
      true,
      true,
      true
    ])
  })
})
