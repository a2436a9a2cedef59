import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { MemoryStore } from '../../src/tracker/store/memory.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'
import { ask, Client, joined, joinOf, originOf } from './tracker-client.js'
import { parseExposition } from './exposition.js'

const deploy = (file: string): string =>
  readFileSync(new URL(`../../deploy/${file}`, import.meta.url), 'utf8')

/** Metrics that a query names. */
const namesIn = (text: string): string[] =>
  [...text.matchAll(/\b(?:treecast|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name)

describe('tracker metrics', () => {
  let tracker: TrackerServer
  let text: string
  before(async () => {
    tracker = await startTracker({
      host: '127.0.0.1',
      port: 0,
      origins: ['https://example.org'],
      store: new MemoryStore()
    })
    await joined(tracker.url, originOf(1))
    await joined(tracker.url, joinOf(2))
    await new Client(tracker.url, { Origin: 'https://evil.example' }).opened
    ;({ text } = await ask(tracker.url, '/metrics'))
  })
  after(() => tracker.close(0))

  it('are in the text format of Prometheus', () => {
    const { families, problems } = parseExposition(text)
    expect(problems).to.deep.equal([])
    expect(families.size).to.be.above(20)
  })

  it('say what the tracker did', () => {
    const { families } = parseExposition(text)
    const value = (name: string, label = ''): number | undefined =>
      families.get(name)?.samples.find(({ labels }) => labels === label)?.value
    expect(value('treecast_tracker_peers', 'role="listener"')).to.equal(1)
    expect(value('treecast_tracker_peers', 'role="origin"')).to.equal(1)
    expect(value('treecast_tracker_joins_total')).to.equal(2)
    expect(value('treecast_tracker_accepted_total')).to.equal(2)
    expect(value('treecast_tracker_rejected_total', 'reason="origin"')).to.equal(1)
    expect(value('treecast_tracker_received_bytes_total')).to.be.above(100)
    expect(value('nodejs_eventloop_lag_seconds')).to.be.a('number')
  })

  it('have base units, and no label that names anybody', () => {
    const ours = [...parseExposition(text).families].filter(([name]) => name.startsWith('treecast_'))
    for (const [name, { type, samples }] of ours) {
      expect(name).not.to.match(/milli|micro|_ms\b|_kb\b|minutes|hours/)
      expect(name.endsWith('_total'), name).to.equal(type === 'counter')
      for (const { labels } of samples)
        expect(labels, name).to.match(/^$|^(role|reason|kind)="[a-z-]+"$|^le="[^"]+"$/)
    }
  })

  for (const file of ['grafana-dashboard.json', 'alerts.yml']) {
    it(`are those that ${file} asks for`, () => {
      const { names } = parseExposition(text)
      const wanted = namesIn(deploy(file))
      expect(wanted.length).to.be.above(4)
      expect(wanted.filter((name) => !names.has(name))).to.deep.equal([])
    })
  }

  it('are all on the dashboard', () => {
    const shown = new Set(namesIn(deploy('grafana-dashboard.json')))
    const ours = [...parseExposition(text).families.keys()].filter((name) => name.startsWith('treecast_'))
    expect(ours.filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`))).to.deep.equal([])
  })
})
