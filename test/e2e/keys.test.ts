/** Keys as operators have them: made, certified on another machine, changed while the show is on. Real processes. */

import { expect } from 'chai'
import { chmod, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '../setup/tools.js'
import {
  endAll,
  type Event,
  plain,
  SHOW,
  startBroadcast,
  startTracker,
  stop,
  treecast,
  type Treecast
} from './processes.js'
import { expectGood, isPieceOf } from './recordings.js'

/** Fifty packets a second and three times the speed: a handover of 128 packets takes less than a second, the show twenty. */
const QUICK = ['--packet-ms', '20', '--speed', '3']

describe('keys', function () {
  this.timeout(90_000)
  let folder: string
  const at = (name: string): string => join(folder, name)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-keys-'))
  })

  afterEach(endAll)
  after(() => rm(folder, { recursive: true, force: true }))

  async function key(...args: string[]): Promise<Event> {
    const process = treecast('key', ...args)
    expect(await process.exit, process.stderr).to.equal(0)
    return process.events[0]!
  }

  async function fails(process: Treecast, code: number, text: RegExp): Promise<void> {
    expect(await process.exit, process.stderr).to.equal(code)
    expect(process.stderr).to.match(text)
    expect(process.stderr.trim().split('\n')).to.have.length(1)
  }

  it('are made for their owner alone, and refused where others can read them', async () => {
    const { publisher } = await key('make', at('root.pem'))
    expect((await stat(at('root.pem'))).mode & 0o777).to.equal(0o600)
    expect(await key('show', at('root.pem'))).to.include({ kind: 'root', publisher })
    await fails(plain('key', 'make', at('root.pem')), 1, /it is there already/)
    await fails(plain('key', 'show', at('none.pem')), 1, /there is no key file .*none.pem; make one/)
    await chmod(at('root.pem'), 0o640)
    const asked = [
      plain('key', 'show', at('root.pem')),
      plain('broadcast', SHOW, '--tracker', 'ws://127.0.0.1:1', '--key', at('root.pem'))
    ]
    for (const process of asked) await fails(process, 1, /open to others \(mode 0640\); run: chmod 600/)
    await chmod(at('root.pem'), 0o600)
  })

  it('of a show take turns while the root key is there, and its recordings are one show', async function () {
    needs(this, 'ffmpeg', 'opusinfo')
    const { tracker, url } = await startTracker()
    const args = ['--key', at('root.pem'), '--key-hours', '0.0004', '--record', at('origin.opus')]
    const { origin, link } = await startBroadcast(url, SHOW, ...QUICK, ...args)
    const listeners = [treecast('listen', link, '--record', at('first.opus'))]
    await listeners[0]!.event('succeeded')
    listeners.push(treecast('listen', link, '--record', at('second.opus')))
    for (const process of [origin, ...listeners]) expect(await process.exit, process.stderr).to.equal(0)
    await stop(tracker)
    const rotations = origin.events.filter(({ event }) => event === 'succeeded').length
    expect(rotations).to.be.above(1)
    const whole = await expectGood(at('origin.opus'), link)
    expect(whole.event).to.include({ whole: true, shows: 1, frames: origin.last('ended')!.frames })
    for (const name of ['first.opus', 'second.opus']) {
      const { content, event } = await expectGood(at(name), link)
      expect(isPieceOf(content, whole.content), name).to.equal(true)
      expect(event).to.include({ shows: 1 })
      expect(event.gaps).to.deep.equal([])
    }
    const excerpt = treecast(
      'excerpt',
      at('origin.opus'),
      '--from',
      '5',
      '--to',
      '50',
      '--out',
      at('piece.opus')
    )
    expect(await excerpt.exit, excerpt.stderr).to.equal(0)
    const piece = await expectGood(at('piece.opus'), link)
    expect(isPieceOf(piece.content, whole.content)).to.equal(true)
  })

  it('are certified elsewhere, used up by each start, and revoked while the show is on', async () => {
    const { publisher } = await key('show', at('root.pem'))
    const certify = ['certify', '--key', at('root.pem'), '--name', 'night', '--count', '2']
    const made = await key(...certify, '--out', at('show.keys'))
    expect(made).to.include({ event: 'certified', publisher, name: 'night', keys: 2 })
    expect((await stat(at('show.keys'))).mode & 0o777).to.equal(0o600)
    // From here on the root key is on another machine.
    await rename(at('root.pem'), at('safe.pem'))

    const { tracker, url } = await startTracker()
    const args = ['--packet-ms', '20', '--loop', '--key', at('show.keys')]
    const first = await startBroadcast(url, SHOW, ...args)
    expect(first.link).to.include(`${publisher as string}/night?`)
    expect(await key('show', at('show.keys'))).to.include({ keys: 1, epoch: made.epoch })
    const listener = treecast('listen', first.link)
    await listener.event('playing')

    const rotated = await key('rotate', at('show.keys'), '--key', at('safe.pem'))
    const { epoch } = await listener.event('succeeded')
    expect(epoch).to.equal((rotated.epoch as number) - 15)
    expect(epoch).to.be.above(made.epoch as number)
    // Who comes when the packets of the old key have been forgotten knows the new one alone.
    const { received } = await listener.event('stats')
    const soon = (received as number) + 128 + 512
    await listener.event('stats', (stats) => (stats.received as number) > soon)
    const late = treecast('listen', first.link)
    await late.event('playing')
    expect(await stop(first.origin)).to.equal(0)
    for (const each of [listener, late]) {
      expect(await each.exit, each.stderr).to.equal(0)
      expect(each.last('ended')).to.include({ gaps: 0, complete: true })
    }
    await stop(tracker)
    const wrong = [
      [/certified for "night", not for "day"/, '--name', 'day'],
      [/certified for 4 stripes, not for 2/, '--stripes', '2']
    ] as const
    for (const [text, ...flags] of wrong)
      await fails(plain('broadcast', SHOW, '--tracker', url, '--key', at('show.keys'), ...flags), 2, text)
  })
})
