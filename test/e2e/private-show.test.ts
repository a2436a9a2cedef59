/** A private show by real processes: who has a token hears it, who has none does not, who is shown out hears no more. */

import { expect } from 'chai'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '../../src/api/node-listen.js'
import { needs } from '../setup/tools.js'
import {
  endAll,
  plain,
  SHOW,
  startBroadcast,
  startTracker,
  stop,
  treecast,
  type Treecast
} from './processes.js'
import { expectGood, isPieceOf } from './recordings.js'

describe('a private show', function () {
  this.timeout(90_000)
  let folder: string
  const at = (name: string): string => join(folder, name)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-private-'))
    expect(await treecast('key', 'make', at('root.pem')).exit).to.equal(0)
  })

  afterEach(endAll)
  after(() => rm(folder, { recursive: true, force: true }))

  /** An identity, and a token for it. @returns its key */
  async function invite(name: string): Promise<string> {
    const made = treecast('key', 'make', at(`${name}.pem`))
    expect(await made.exit).to.equal(0)
    const peer = String(made.events[0]!.publisher)
    const issued = treecast('token', peer, '--key', at('root.pem'))
    expect(await issued.exit, issued.stderr).to.equal(0)
    await writeFile(at(`${name}.token`), String(issued.events[0]!.token))
    return peer
  }

  function enter(name: string, link: string, ...args: string[]): Treecast {
    return treecast('listen', link, '--identity', at(`${name}.pem`), '--token', at(`${name}.token`), ...args)
  }

  it('is heard and kept by whom it invites, and by nobody else', async function () {
    needs(this, 'ffmpeg', 'opusinfo')
    const { tracker, url } = await startTracker()
    await Promise.all([invite('first'), invite('second')])
    const kicked = await invite('third')
    const args = [
      '--key',
      at('root.pem'),
      '--private',
      '--kicked',
      at('kicked.txt'),
      '--record',
      at('origin.opus')
    ]
    const { origin, link } = await startBroadcast(url, SHOW, '--speed', '2', ...args)
    const first = enter('first', link, '--record', at('first.opus'))
    const second = enter('second', link, '--out', at('second.opus'))
    const third = enter('third', link)
    await Promise.all([first, second, third].map((listener) => listener.event('playing')))
    const stranger = treecast('listen', link, '--wait', '3')

    await appendFile(at('kicked.txt'), `${kicked} # too loud\n`)
    await origin.event('kicked')
    await first.event('stats', ({ neighbours }) => !JSON.stringify(neighbours).includes(kicked.slice(0, 8)))
    expect(await stranger.exit).to.equal(1)
    expect(stranger.stderr).to.match(/refused: this show is private/)
    for (const process of [origin, first, second]) expect(await process.exit, process.stderr).to.equal(0)
    expect(first.last('ended')).to.include({ complete: true, gaps: 0 })
    expect(second.last('ended')).to.include({ complete: true, gaps: 0 })
    await stop(third)
    expect(third.last('ended')).to.include({ complete: false })
    const all = Number(origin.last('ended')!.frames)
    expect(Number(third.last('ended')!.frames)).to.be.below(all - 100)
    await stop(tracker)

    // Both are what the publisher signed, though what was signed was encrypted.
    const whole = await expectGood(at('origin.opus'), link)
    expect(whole.event).to.include({ whole: true, frames: all })
    const { content } = await expectGood(at('first.opus'), link)
    expect(isPieceOf(content, whole.content)).to.equal(true)
    const cut = treecast(
      'excerpt',
      at('origin.opus'),
      '--from',
      '10',
      '--to',
      '20',
      '--out',
      at('piece.opus')
    )
    expect(await cut.exit, cut.stderr).to.equal(0)
    await expectGood(at('piece.opus'), link)
  })

  it('tells what is wrong with a token before anything is sent', async () => {
    const other = await invite('other')
    await invite('mine')
    const link = `treecast:${other}/live?tr=ws://127.0.0.1:1`
    const wrong: [string[], number, RegExp][] = [
      [['--token', at('mine.token')], 2, /--token needs --identity/],
      [['--identity', at('mine.pem'), '--token', at('none')], 1, /no such file|cannot be read/],
      [['--identity', at('mine.pem'), '--token', at('mine.pem')], 1, /this is no token: it is no base32/],
      [
        ['--identity', at('mine.pem'), '--token', at('other.token')],
        1,
        /the token is for .*, and this peer is /
      ]
    ]
    for (const [args, code, text] of wrong) {
      const process = plain('listen', link, ...args)
      expect(await process.exit, process.stderr).to.equal(code)
      expect(process.stderr).to.match(text)
    }
    const bad = await listen(link, { token: () => Promise.reject(new Error('the server is down')) }).catch(
      (error: unknown) => error as { code: string; message: string }
    )
    expect(bad).to.include({ code: 'bad-token' })
    const nobody = plain('token', 'x', '--key', at('root.pem'))
    expect(await nobody.exit).to.equal(2)
    expect(nobody.stderr).to.match(/"x" is no peer's key/)
  })
})
