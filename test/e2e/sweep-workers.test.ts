/** A sweep whose cells go through a Redis to three workers, of which one is killed with a cell in its hands. */

import { expect } from 'chai'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '../setup/tools.js'
import { RedisServer } from '../tracker/redis-server.js'
import { endAll, type Event, stop, treecast } from './processes.js'
import { GRID, resultsIn } from './sweeps.js'

/** The cell that is lost takes longer, so that it is certainly not finished. */
const LONG = { ...GRID.scenarios[0]!, name: 'long', peers: 30, show: { seconds: 10 } }

describe('treecast worker', function () {
  this.timeout(120_000)
  let folder: string
  let redis: RedisServer

  before(async function () {
    needs(this, 'redis-server')
    folder = await mkdtemp(join(tmpdir(), 'treecast-workers-'))
    redis = await RedisServer.start()
  })
  afterEach(endAll)
  after(async () => {
    await redis.end()
    await rm(folder, { recursive: true })
  })

  it('is killed in the middle of a cell, and the sweep ends complete with each cell once', async () => {
    const grid = join(folder, 'grid.json')
    await writeFile(
      grid,
      JSON.stringify({
        ...GRID,
        scenarios: [LONG, ...GRID.scenarios],
        topologies: ['striped', 'star'],
        seeds: [1]
      })
    )
    const workers = Array.from({ length: 3 }, () =>
      treecast('worker', '--redis', redis.url, '--jobs', '1', '--lease', '2')
    )
    await Promise.all(workers.map((worker) => worker.event('ready')))
    const out = join(folder, 'out')
    const sweep = treecast('sweep', grid, '--out', out, '--redis', redis.url)

    const isLong = ({ command }: Event): boolean => String(command).includes('/long.json --topology striped')
    const [victim, lost] = await Promise.race(
      workers.map(async (worker) => [worker, (await worker.event('begun', isLong)).command] as const)
    )
    victim.child.kill('SIGKILL')
    expect(await victim.exit).to.equal('SIGKILL')
    const finished = victim.events.filter((each) => each.event === 'cell' && each.command === lost)
    expect(finished).to.deep.equal([])

    expect((await sweep.event('stalled')).command).to.equal(lost)
    expect(await sweep.exit, sweep.stderr).to.equal(0)
    expect(sweep.last('swept')).to.include({ cells: 4, simulated: 4, failed: 0 })
    const ids = sweep.events.filter(({ event }) => event === 'cell').map(({ id }) => `${String(id)}.json`)
    expect(ids.sort()).to.deep.equal((await readdir(join(out, 'cells'))).sort())
    expect(new Set(ids).size).to.equal(4)
    for (const worker of workers) if (worker !== victim) expect(await stop(worker), worker.stderr).to.equal(0)

    // What came back is what this machine's own threads make of it.
    const here = join(folder, 'here')
    const local = treecast('sweep', grid, '--out', here, '--jobs', '2')
    expect(await local.exit, local.stderr).to.equal(0)
    expect(await resultsIn(out)).to.deep.equal(await resultsIn(here))
  })

  it('is told to end, and gives back at once what it has not finished', async () => {
    const grid = join(folder, 'one.json')
    await writeFile(grid, JSON.stringify({ ...GRID, scenarios: [LONG], seeds: [3] }))
    // Nobody would miss the first for an hour.
    const lease = ['--jobs', '1', '--lease', '3600']
    const first = treecast('worker', '--redis', redis.url, ...lease)
    const sweep = treecast('sweep', grid, '--out', join(folder, 'back'), '--redis', redis.url)
    await first.event('begun')
    expect(await stop(first), first.stderr).to.equal(0)
    expect(first.last('ended')).to.include({ cells: 0 })
    treecast('worker', '--redis', redis.url, ...lease)
    expect(await sweep.exit, sweep.stderr).to.equal(0)
    expect(sweep.last('swept')).to.include({ simulated: 1 })
  })

  it('has done the work already: a result waits for who asks again', async () => {
    const sweep = treecast(
      'sweep',
      join(folder, 'one.json'),
      '--out',
      join(folder, 'second'),
      '--redis',
      redis.url
    )
    expect(await sweep.exit, sweep.stderr).to.equal(0)
    expect(sweep.last('swept')).to.include({ simulated: 1 })
  })

  it('loses its Redis with all that it held, and the sweep ends complete', async () => {
    const grid = join(folder, 'few.json')
    await writeFile(grid, JSON.stringify({ ...GRID, seeds: [7, 8, 9] }))
    const worker = treecast('worker', '--redis', redis.url, '--jobs', '1', '--lease', '2')
    const out = join(folder, 'lost')
    const sweep = treecast('sweep', grid, '--out', out, '--redis', redis.url)
    await sweep.event('cell')
    await redis.stop()
    await redis.start()
    expect(await sweep.exit, sweep.stderr).to.equal(0)
    expect(sweep.last('swept')).to.include({ simulated: 3, failed: 0 })
    expect(await readdir(join(out, 'cells'))).to.have.length(3)
    expect(await stop(worker), worker.stderr).to.equal(0)
  })
})
