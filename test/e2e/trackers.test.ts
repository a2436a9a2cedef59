import { expect } from 'chai'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs } from '../setup/tools.js'
import { Client, joinOf } from '../tracker/tracker-client.js'
import { endAll, plain, stop, treecast } from './processes.js'
import { endure } from './tracker-company.js'

describe('trackers as processes', function () {
  this.timeout(120_000)
  afterEach(endAll)

  it('share a Redis: one is killed and Redis is away, and nobody hears or miscounts it', async function () {
    needs(this, 'redis-server')
    const { joined, gaps } = await endure({ peers: 30, joinsPerSecond: 6, awayMs: 2_500 })
    expect(joined).to.equal(1)
    expect(gaps).to.deep.equal([0, 0])
  })

  it('take their options from a file, log as they are told, and let go of their peers on SIGTERM', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'treecast-tracker-'))
    const config = join(folder, 'tracker.json')
    await writeFile(config, JSON.stringify({ host: '127.0.0.1', port: 0, log: 'info', drainSeconds: 2 }))
    const tracker = treecast('tracker', '--config', config)
    const url = (await tracker.event('listening')).url as string
    const peers = await Promise.all(
      Array.from({ length: 5 }, async (_, n) => {
        const client = new Client(url)
        await client.opened
        client.send(joinOf(n))
        await client.message('welcome')
        return client
      })
    )
    expect(await stop(tracker)).to.equal(0)
    await Promise.all(peers.map(({ closed }) => closed))
    const logged = tracker.stderr.split('\n').filter((line) => line.startsWith('{'))
    expect(logged.map((line) => (JSON.parse(line) as { msg: string }).msg)).to.deep.equal([
      'listening',
      'closing',
      'closed'
    ])
    expect(tracker.stderr).not.to.contain('192.0.2')

    await writeFile(config, JSON.stringify({ prot: 1 }))
    const wrong = plain('tracker', '--config', config)
    expect(await wrong.exit).to.equal(2)
    expect(wrong.stderr).to.match(/^treecast: .*tracker\.json: "prot" is not known; there are host, port/)
    await rm(folder, { recursive: true })
  })
})
