import { expect } from 'chai'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endAll, expectFailure, plain, type Treecast, treecast } from './processes.js'

/** Small enough to take two seconds. */
const SHORT = {
  name: 'short',
  peers: 30,
  show: { seconds: 12 },
  crowd: { arrivals: { early: 0.7, rush: 0.3, rushS: 5 } }
}

describe('treecast sim', function () {
  this.timeout(60_000)
  let folder: string
  let short: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-sim-'))
    short = join(folder, 'short.json')
    await writeFile(short, JSON.stringify(SHORT))
  })
  afterEach(endAll)
  after(() => rm(folder, { recursive: true }))

  /** The whole of what it wrote to stdout. */
  async function output(process: Treecast): Promise<string> {
    let text = ''
    process.child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    expect(await process.exit, process.stderr).to.equal(0)
    return text
  }

  it('tells people the figures, and warns of nothing', async () => {
    const run = plain('sim', short)
    expect(await output(run)).to.equal('')
    expect(run.stderr).to.match(/^simulating short: 30 peers, 12 s, striped, seed 1\n/)
    expect(run.stderr).to.match(/\n {2}continuity +[\d.]+ % +packets played in time/)
    expect(run.stderr).not.to.match(/warning/i)
  })

  it('tells programs the same, and writes all files', async () => {
    const out = join(folder, 'a', 'b')
    const run = treecast('sim', short, '--seed', '7', '--peers', '20', '--out', out)
    const summary = await run.event('summary')
    expect(summary).to.include({
      scenario: 'short',
      engine: 'exact',
      topology: 'striped',
      seed: 7,
      peers: 20
    })
    expect(await run.exit).to.equal(0)
    const names = ['manifest.json', 'peers.jsonl', 'report.html', 'summary.json', 'timeline.csv']
    expect((await readdir(out)).sort()).to.deep.equal([...names, 'tree.dot', 'tree.graphml'])
    const written = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as object
    expect({ event: 'summary', ...written }).to.deep.equal(summary)
  })

  it('takes a crowd by the other engine, and says how to do that again', async () => {
    const out = join(folder, 'crowd')
    const run = treecast('sim', 'calm', '--engine', 'crowd', '--peers', '400', '--out', out)
    expect(await run.event('summary')).to.include({ engine: 'crowd', topology: 'striped', seed: 1 })
    expect(await run.exit).to.equal(0)
    const { command } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as { command: string }
    expect(command).to.equal('treecast sim calm --peers 400 --engine crowd --topology striped --seed 1')
  })

  it('takes away the trees of an earlier run, and nothing else', async () => {
    const out = join(folder, 'again')
    expect(await plain('sim', short, '--out', out).exit).to.equal(0)
    for (const name of ['tree-3s.dot', 'tree-3s.graphml', 'tree-notes.dot'])
      await writeFile(join(out, name), 'old')
    expect(await plain('sim', short, '--out', out).exit).to.equal(0)
    const there = await readdir(out)
    expect(there).to.include.members(['tree.dot', 'tree-notes.dot'])
    expect(there).not.to.include.members(['tree-3s.dot'])
  })

  it('leaves a whole result of what there was when it is told to end', async () => {
    const out = join(folder, 'early')
    const run = treecast('sim', 'calm', '--peers', '120', '--out', out)
    await run.event('progress', ({ second }) => (second as number) > 125)
    run.child.kill('SIGINT')
    expect(await run.exit, run.stderr).to.equal(0)
    const { second } = run.last('interrupted')!
    expect(second).to.be.within(5, 299)
    expect(run.stderr).to.include(`the first ${String(second)} of 300 s`)
    const rows = (await readFile(join(out, 'timeline.csv'), 'utf8')).trimEnd().split('\n')
    expect(rows.length - 1).to.equal(second)
    expect(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'))).to.include({ isComplete: false })
    expect(await readFile(join(out, 'report.html'), 'utf8')).to.include('Ended early')
  })

  it('tells of its progress at most once a second', async () => {
    const run = treecast('sim', 'calm', '--peers', '60', '--no-check')
    const begun = Date.now()
    await run.event('progress', ({ second }) => (second as number) > 130)
    run.child.kill('SIGTERM')
    await run.exit
    const told = run.events.filter(({ event }) => event === 'progress')
    expect(told.length).to.be.at.most((Date.now() - begun) / 1000 + 1)
    for (const event of told)
      expect(event).to.include.keys('second', 'seconds', 'listeners', 'events', 'leftS')
  })

  it('lists scenarios and topologies', async () => {
    const text = await output(plain('sim', '--list'))
    for (const name of ['calm', 'busiest-killed', 'striped'])
      expect(text).to.match(new RegExp(`^  ${name} +\\w`, 'm'))
    const wide = text.split('\n').filter((line) => line.length > 80)
    expect(wide).to.deep.equal([])
  })

  it('prints the schema of scenario files', async () => {
    const schema = JSON.parse(await output(plain('sim', '--schema'))) as Record<string, unknown>
    expect(schema).to.include({ type: 'object' })
    expect(schema.properties).to.include.keys('name', 'crowd', 'faults')
  })

  describe('refuses', () => {
    const sim = (...args: string[]): Treecast => plain('sim', ...args)

    it('no scenario', () => expectFailure(sim(), 2, /needs a scenario; --list/))
    it('a name with a slip', () =>
      expectFailure(sim('chrun'), 2, /no scenario "chrun", did you mean churn\?/))
    it('a name that is like none', () =>
      expectFailure(sim('xylophone'), 2, /no scenario "xylophone"; --list/))
    it('a file that is not there', () =>
      expectFailure(sim('./none.json'), 2, /none\.json cannot be read: there is no such file/))
    it('a folder', () => expectFailure(sim(folder), 2, /it is a directory/))
    it('a topology that is not there', () =>
      expectFailure(
        sim('calm', '--topology', 'stripes'),
        2,
        /no topology "stripes", did you mean striped\?; there are striped/
      ))
    it('an engine that is not there', () =>
      expectFailure(
        sim('calm', '--engine', 'crowds'),
        2,
        /no engine "crowds", did you mean crowd\?; exact runs/
      ))
    it('a topology that the crowd engine does not know', () =>
      expectFailure(
        sim('calm', '--engine', 'crowd', '--topology', 'gossip'),
        2,
        /knows the topology striped alone; use --engine exact for gossip/
      ))
    it('a seed that is none', () => expectFailure(sim('calm', '--seed', '1.5'), 2, /must be a whole number/))

    it('what is not JSON', async () => {
      const path = join(folder, 'broken.json')
      await writeFile(path, '{"name": ')
      await expectFailure(sim(path), 2, /broken\.json is not JSON/)
    })

    it('a scenario with a field that is wrong', async () => {
      const path = join(folder, 'wrong.json')
      await writeFile(path, JSON.stringify({ ...SHORT, faults: [{ atS: 3, what: 'kill' }] }))
      await expectFailure(sim(path), 2, /wrong\.json is no scenario: faults\[0\]\.share: "kill" needs either/)
    })

    it('to write where a file is, before it has simulated anything', async () => {
      await expectFailure(
        sim('calm', '--out', short),
        1,
        /short\.json cannot be written: it is a file; name a directory/
      )
    })

    it('to write where nobody may', () =>
      expectFailure(sim('calm', '--out', '/proc/none/here'), 1, /cannot be written/))
  })
})
