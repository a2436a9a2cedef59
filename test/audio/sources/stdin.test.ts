import { expect } from 'chai'
import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { openSource } from '../../../src/audio/sources/open.js'
import { cut, drain, frames, framesOf, stream } from '../made.js'

const SHOW = stream(frames(100))

describe('standard input as a source', () => {
  it('gives its frames and ends', async () => {
    const stdin = Readable.from(cut(SHOW, [1, 50, 2000]))
    const { items, error } = await drain(openSource('-', { stdin }))
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(100))
  })

  it('gives frames as soon as their page is there', async () => {
    const stdin = new PassThrough()
    const items = openSource('-', { stdin })[Symbol.asyncIterator]()
    stdin.write(SHOW.subarray(0, 600))
    for (let index = 0; index <= 10; index++) expect((await items.next()).done).to.not.equal(true)
    await items.return?.()
    expect(stdin.destroyed).to.equal(true)
  })

  it('says when it is open and gives nothing', async () => {
    const stdin = new PassThrough()
    stdin.write(SHOW.subarray(0, 600))
    const { items, error } = await drain(openSource('-', { stdin, stallMs: 20 }))
    expect(framesOf(items)).to.have.length(10)
    expect(error?.code).to.equal('source-stalled')
    expect(error?.message).to.match(
      /^standard input is open, but has sent nothing for 0\.02 s; check what feeds it$/
    )
    expect(stdin.destroyed).to.equal(true)
  })

  it('is released by a return while a read is waiting', async () => {
    const stdin = new PassThrough()
    const items = openSource('-', { stdin })[Symbol.asyncIterator]()
    const waiting = items.next()
    await items.return?.()
    expect((await waiting).done).to.equal(true)
    expect(stdin.destroyed).to.equal(true)
  })

  it('ends at the signal without an error, even inside a page', async () => {
    const stop = new AbortController()
    const stdin = new PassThrough()
    stdin.write(SHOW.subarray(0, 600))
    const closed = once(stdin, 'close')
    const items = []
    for await (const item of openSource('-', { stdin, signal: stop.signal })) {
      items.push(item)
      if (items.length === 11) setImmediate(() => stop.abort())
    }
    expect(framesOf(items)).to.have.length(10)
    await closed
  })

  it('says why it cannot be read', async () => {
    const failing = new Readable({ read: () => undefined })
    failing.destroy(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }))
    const broken = await drain(openSource('-', { stdin: failing }))
    expect(broken.error?.code).to.equal('source-unreadable')
    expect(broken.error?.message).to.equal(
      'standard input cannot be read: the device failed; try another copy'
    )

    const terminal = Object.assign(new PassThrough(), { isTTY: true })
    const typed = await drain(openSource('-', { stdin: terminal }))
    expect(typed.error?.code).to.equal('source-unreadable')
    expect(typed.error?.message).to.include('it is a terminal; pipe Ogg Opus in')

    const nothing = await drain(openSource('-', { stdin: Readable.from([]) }))
    expect(nothing.error?.code).to.equal('source-empty')

    const text = await drain(openSource('-', { stdin: Readable.from(['some ', 'text']) }))
    expect(text.error?.code).to.equal('not-ogg')
  })
})
