/** Roots that the origin dials, and newcomers who get in though no tracker is there: real processes, each with its output. */

import { expect } from 'chai'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatLink } from '../../src/protocol/wire/link.js'
import { openKeyFile } from '../../src/runtime/key-file.js'
import { readOpus } from './opus-files.js'
import { endAll, type Event, SHOW, startTracker, stop, treecast, type Treecast } from './processes.js'

const ROOTS = 3

describe('a show whose tracker and root die', function () {
  this.timeout(120_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-entry-'))
  })

  after(async () => {
    await endAll()
    await rm(folder, { recursive: true })
  })

  it('takes newcomers in by ticket, and nobody hears a gap', async () => {
    const { tracker, url } = await startTracker()
    const key = join(folder, 'publisher.pem')
    const { keys } = await openKeyFile(key)
    const link = formatLink({ publisher: keys.publicKey, name: 'live', trackers: [url] })
    // The roots are there before the show, and tell the link by which the origin finds them.
    const roots = Array.from({ length: ROOTS }, (_, n) =>
      treecast('relay', link, '--root', '--identity', join(folder, `root${n}.pem`))
    )
    const rootLinks = await Promise.all(roots.map(async (root) => String((await root.event('root')).link)))
    const origin = treecast(
      'broadcast',
      SHOW,
      ...['--tracker', url, '--key', key, '--max-children', '2', '--loop'],
      ...rootLinks.flatMap((each) => ['--root', each])
    )
    expect((await origin.event('live')).link).to.equal(link)

    const ticket = join(folder, 'ticket')
    const listen = (name: string, by: string, ...more: string[]): Treecast =>
      treecast('listen', by, '--out', join(folder, `${name}.opus`), '--no-webrtc', ...more)
    const first = listen('first', link, '--ticket', ticket)
    const second = listen('second', link)
    const listeners = [first, second]
    await Promise.all(listeners.map((listener) => listener.event('playing')))
    await first.event('ticket')
    await first.event('stats', ({ spares }) => Number(spares) > 0)
    // None of them is fed by the origin, which is known to its roots alone.
    for (const listener of listeners) {
      const { neighbours: all } = await listener.event('stats', (stats) => Number(stats.parents) > 0)
      const neighbours = all as { isOrigin: boolean }[]
      expect(neighbours.some(({ isOrigin }) => isOrigin)).to.equal(false)
    }

    tracker.child.kill('SIGKILL')
    await tracker.exit
    for (let n = 0; n < 2; n++) {
      const newcomer = listen(`newcomer${n}`, (await readFile(ticket, 'utf8')).trim())
      await newcomer.event('playing')
      listeners.push(newcomer)
    }

    const isFedByOrigin = ({ depth }: Event): boolean => depth === 1
    const lost = roots.find((root) => root.events.some(isFedByOrigin))!
    const spare = roots.find((root) => !root.events.some(isFedByOrigin))!
    lost.child.kill('SIGKILL')
    await lost.exit
    // Its place is taken, and the show goes on for some seconds.
    await spare.event('stats', isFedByOrigin)
    const { packets } = origin.last('stats')!
    await origin.event('stats', (stats) => Number(stats.packets) >= Number(packets) + 40)
    expect(await stop(origin), origin.stderr).to.equal(0)

    for (const listener of listeners) {
      expect(await listener.exit, listener.stderr).to.equal(0)
      expect(await listener.event('ended')).to.include({ gaps: 0, complete: true })
    }
    for (const name of ['first', 'second', 'newcomer0', 'newcomer1']) {
      const { frames } = await readOpus(join(folder, `${name}.opus`))
      expect(frames.length, name).to.be.above(100)
    }
  })
})
