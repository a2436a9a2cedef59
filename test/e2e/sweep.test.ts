/** `treecast sweep` on worker threads and by schedulers' files: real processes, small shows. */

import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { needs, run } from '../setup/tools.js'
import { CLI, endAll, expectFailure, plain, type Treecast, treecast } from './processes.js'
import { GRID, resultsIn } from './sweeps.js'

describe('treecast sweep', function () {
  this.timeout(120_000)
  let folder: string
  let grid: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-sweep-'))
    grid = join(folder, 'small.json')
    await writeFile(grid, JSON.stringify(GRID))
  })
  afterEach(endAll)
  after(() => rm(folder, { recursive: true }))

  it('goes on where it was interrupted, and leaves the same bytes whatever the number of threads', async () => {
    const whole = join(folder, 'whole')
    const once = treecast('sweep', grid, '--out', whole, '--jobs', '3')
    expect(await once.exit, once.stderr).to.equal(0)
    expect(once.last('swept')).to.include({ cells: 4, simulated: 4, kept: 0, failed: 0 })
    expect(await readdir(join(whole, 'cells'))).to.have.length(4)

    const parts = join(folder, 'parts')
    const broken = treecast('sweep', grid, '--out', parts, '--jobs', '1')
    await broken.event('cell')
    broken.child.kill('SIGINT')
    expect(await broken.exit, broken.stderr).to.equal(0)
    const { simulated } = broken.last('interrupted')!
    expect(simulated).to.be.within(1, 3)
    expect(await readFile(join(parts, 'report.html'), 'utf8')).to.include('of 4 cells are finished')

    const rest = treecast('sweep', parts, '--jobs', '1')
    expect(await rest.exit, rest.stderr).to.equal(0)
    expect(rest.last('swept')).to.include({ simulated: 4 - Number(simulated), kept: simulated })
    expect(await resultsIn(parts)).to.deep.equal(await resultsIn(whole))

    const again = treecast('sweep', parts)
    expect(await again.exit, again.stderr).to.equal(0)
    expect(again.last('swept')).to.include({ simulated: 0, kept: 4 })
  })

  it('simulates what its commands say', async () => {
    const out = join(folder, 'pure')
    const sweep = treecast('sweep', grid, '--out', out, '--seeds', '4', '--topology', 'star')
    const { id, command } = await sweep.event('cell')
    expect(await sweep.exit, sweep.stderr).to.equal(0)
    expect(sweep.last('swept')).to.include({ cells: 1 })
    const words = String(command).split(' ').slice(1)
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words, '--json'], {
      cwd: out,
      encoding: 'utf8'
    })
    expect(status, stderr).to.equal(0)
    const line = stdout.split('\n').find((text) => text.startsWith('{"event":"summary"'))
    const summary = JSON.parse(line!) as Record<string, unknown>
    expect(summary).to.include.keys('wallMs', 'bytesPerPeer')
    for (const key of ['event', 'wallMs', 'bytesPerPeer']) Reflect.deleteProperty(summary, key)
    const cell = JSON.parse(await readFile(join(out, 'cells', `${String(id)}.json`), 'utf8')) as {
      summary: object
    }
    expect(cell.summary).to.deep.equal(summary)
  })

  it('lists the commands of a grid that is typed, and simulates nothing', () => {
    const args = ['--scenario', 'calm,churn', '--topology', 'tree', '--peers', '10,20', '--seeds', '1-2']
    const text = run(process.execPath, CLI, 'sweep', ...args, '--list')
    const lines = text.trimEnd().split('\n')
    expect(lines).to.have.length(8)
    expect(lines[2]).to.equal('treecast sim calm --set peers=20 --topology tree --seed 1')
  })

  describe('by files for schedulers', () => {
    let out: string
    const TREECAST = `${process.execPath} ${CLI}`

    beforeEach(async () => {
      out = await mkdtemp(join(folder, 'jobs-'))
    })

    it('leaves each cell once, by the tasks of a Slurm array', async () => {
      const jobs = treecast('sweep', grid, '--out', out, '--jobs', 'slurm', '--seeds', '1-2')
      expect(await jobs.exit, jobs.stderr).to.equal(0)
      expect(jobs.last('jobs')).to.include({ cells: 2, command: 'sbatch slurm.sh' })
      for (const task of ['0', '1']) {
        const env = { ...process.env, TREECAST, SLURM_ARRAY_TASK_ID: task }
        const { status, stderr } = spawnSync('bash', [join(out, 'slurm.sh')], { env, encoding: 'utf8' })
        expect(status, stderr).to.equal(0)
      }
      expect(await readdir(join(out, 'cells'))).to.have.length(2)
      const report = treecast('sweep', out)
      expect(await report.exit, report.stderr).to.equal(0)
      expect(report.last('swept')).to.include({ simulated: 0, kept: 2 })
    })

    it('lists what is missing alone, for GNU parallel', async function () {
      needs(this, 'parallel')
      const first = treecast('sweep', grid, '--out', out, '--jobs', '2', '--seeds', '1-2')
      expect(await first.exit, first.stderr).to.equal(0)
      const [gone] = await readdir(join(out, 'cells'))
      await unlink(join(out, 'cells', gone!))
      const jobs = treecast('sweep', out, '--jobs', 'parallel')
      expect(await jobs.exit, jobs.stderr).to.equal(0)
      expect(jobs.last('jobs')).to.include({ cells: 1 })
      const env = { ...process.env, TREECAST }
      const { status, stderr } = spawnSync('bash', [join(out, 'parallel.sh')], { env, encoding: 'utf8' })
      expect(status, stderr).to.equal(0)
      expect(await readdir(join(out, 'cells'))).to.include(gone)
    })
  })

  describe('refuses', () => {
    const sweep = (...args: string[]): Treecast => plain('sweep', ...args)

    it('no grid', () => expectFailure(sweep(), 2, /needs a grid: a JSON file \(--schema\), or --scenario/))
    it('a file that is not there', () =>
      expectFailure(sweep('none.json'), 2, /none\.json cannot be read: there is/))
    it('a folder of something else', () =>
      expectFailure(sweep('/usr'), 2, /\/usr is not the folder of a sweep/))
    it('a scenario with a slip', () =>
      expectFailure(sweep('--scenario', 'calm,chrun'), 2, /no scenario "chrun", did you mean churn/))
    it('a topology that is not there', () =>
      expectFailure(
        sweep('--scenario', 'calm', '--topology', 'stripes'),
        2,
        /the grid is no grid: topologies\.0/
      ))
    it('a field that is not there', () =>
      expectFailure(
        sweep('--scenario', 'calm', '--set', 'hearers=1,2'),
        2,
        /calm with hearers=1 is no scenario/
      ))
    it('to set nothing', () =>
      expectFailure(sweep('--scenario', 'calm', '--set', 'peers'), 2, /--set peers sets nothing; expected/))
    it('seeds that are none', () =>
      expectFailure(sweep('--scenario', 'calm', '--seeds', '5-1'), 2, /--seeds 5-1 is wrong; expected 1-10/))
    it('jobs that are none', () =>
      expectFailure(sweep('--scenario', 'calm', '--jobs', 'pbs'), 2, /slurm or parallel/))
    it('a Redis with threads of its own', () =>
      expectFailure(sweep(grid, '--redis', 'redis://127.0.0.1:1', '--jobs', '2'), 2, /do not go together/))
    it('a Redis that does not answer', () =>
      expectFailure(
        sweep(grid, '--out', join(folder, 'away'), '--redis', 'redis://:secret@127.0.0.1:1'),
        1,
        /^treecast: redis:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/
      ))
    it('a cell that it does not have', () =>
      expectFailure(
        sweep(grid, '--out', join(folder, 'cell'), '--cell', 'short-star-1'),
        2,
        /has no cell "short-star-1"/
      ))
    it('to write where a file is', () =>
      expectFailure(sweep(grid, '--out', grid), 1, /it is a file; name a directory/))
  })
})
