/** What every store must do for trackers that share it, whoever keeps what where. */

import { expect } from 'chai'
import type { Store } from '../../src/tracker/store/store.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'
import { ALL_WAYS } from '../../src/protocol/wire/ways.js'
import { askJson, Client, joined, joinOf, originOf, someBroadcast } from './tracker-client.js'

/** Until it is so; the suite's timeout is the end of patience. */
export async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** @param open a store for one more tracker of the same company */
export function storeContract(open: () => Promise<Store>): void {
  let trackers: TrackerServer[] = []
  const start = async (joinBurst = 50): Promise<TrackerServer> => {
    const tracker = await startTracker({
      host: '127.0.0.1',
      port: 0,
      store: await open(),
      trustedProxies: ['127.0.0.1'],
      joinsPerSecond: 0.001,
      joinBurst
    })
    trackers.push(tracker)
    await until(() => tracker.stats().store?.state === 'here')
    return tracker
  }
  const everywhere = (tracker: TrackerServer) => tracker.stats().everywhere

  afterEach(async () => {
    await Promise.all(trackers.map((tracker) => tracker.close(0)))
    trackers = []
  })

  it('introduces peers of one tracker to those of another', async () => {
    const [a, b] = [await start(), await start()]
    await joined(a.url, originOf(1))
    const listener = await joined(b.url, joinOf(2))
    const { candidates, live } = await listener.message('welcome', (welcome) => welcome.candidates.length > 0)
    expect(candidates).to.deep.equal([{ id: originOf(1).peerId, addresses: originOf(1).addresses }])
    expect(live).to.equal(true)
  })

  it('counts everybody once, and at once no more who has gone', async () => {
    const [a, b] = [await start(), await start()]
    for (const { url } of [a, b]) await joined(url, originOf(1))
    await joined(a.url, joinOf(2))
    await joined(b.url, joinOf(2))
    const third = await joined(b.url, joinOf(3))
    await joined(b.url, joinOf(4, { role: 'relay' }))
    for (const tracker of [a, b])
      await until(() => everywhere(tracker)?.peers === 4 && everywhere(tracker)?.listeners === 2)
    const status = (await askJson(a.url, '/status-json.xsl')).icestats as { source: object }
    expect(status.source).to.include({ listeners: 2 })
    await third.close()
    for (const tracker of [a, b])
      await until(() => everywhere(tracker)?.peers === 3 && everywhere(tracker)?.listeners === 1)
    await b.close(0)
    await until(() => everywhere(a)?.peers === 2)
  })

  it('tells of slots that became free, and no more of those that are taken', async () => {
    const [a, b] = [await start(), await start()]
    const host = await joined(a.url, joinOf(1, { freeSlots: 0 }))
    const listener = await joined(b.url, joinOf(2, { freeSlots: 0 }))
    expect(b.stats().waiting).to.equal(1)
    host.send({ type: 'lease', freeSlots: 2, depth: 1 })
    await listener.message('welcome', ({ candidates }) => candidates.length === 1)
    host.send({ type: 'lease', freeSlots: 0, depth: 1 })
    // What was heard of it lasts for some seconds; a newcomer at a tracker that never heard of it is told the truth.
    await until(() => a.stats().freeSlots === 0)
    const c = await start()
    const late = await joined(c.url, joinOf(3, { freeSlots: 0 }))
    await until(() => everywhere(c)?.peers === 3)
    late.send({ type: 'ask', wanted: 8, except: [], ways: ALL_WAYS })
    const answer = await late.message('welcome', ({ peers }) => peers === 3, 1)
    expect(answer.candidates).to.deep.equal([])
  })

  it('brings signals to whoever has the peer, and says so where nobody has', async () => {
    const [a, b] = [await start(), await start()]
    const one = await joined(a.url, joinOf(1))
    const two = await joined(b.url, joinOf(2))
    await until(() => everywhere(a)?.peers === 2)
    const signal = {
      type: 'signal' as const,
      from: joinOf(1).peerId,
      to: joinOf(2).peerId,
      body: Uint8Array.of(1, 2, 3)
    }
    one.send(signal)
    // It holds no candidate that a tracker could vouch for.
    expect(await two.message('signal')).to.deep.equal({ ...signal, allowed: 0 })
    one.send({ ...signal, to: joinOf(9).peerId })
    expect((await one.message('unreachable')).peer).to.deep.equal(joinOf(9).peerId)
  })

  it('lets nobody cut off a peer by claiming its id at another tracker', async () => {
    const [a, b, c] = [await start(), await start(), await start()]
    const one = await joined(c.url, joinOf(1))
    const genuine = await joined(a.url, joinOf(2))
    await until(() => everywhere(c)?.peers === 2)
    const impostor = await joined(b.url, joinOf(2))
    await until(() => everywhere(b)?.peers === 2)
    one.send({ type: 'signal', from: joinOf(1).peerId, to: joinOf(2).peerId, body: Uint8Array.of(7) })
    await genuine.message('signal')
    await impostor.message('signal')
    expect(everywhere(c)?.peers).to.equal(2)
  })

  it('keeps broadcasts apart', async () => {
    const [a, b] = [await start(), await start()]
    const broadcast = { ...someBroadcast, name: '{other}' }
    await joined(a.url, originOf(1))
    await joined(a.url, joinOf(3, { broadcast }))
    const other = await joined(b.url, joinOf(2, { broadcast }))
    await until(() => everywhere(b)?.peers === 2)
    other.send({ type: 'ask', wanted: 8, except: [], ways: ALL_WAYS })
    const answer = await other.message('welcome', ({ peers }) => peers === 2)
    expect(answer.live).to.equal(false)
    expect(answer.candidates.map(({ id }) => id[3])).to.deep.equal([3])
  })

  it('counts an address at all trackers, and bans it at all', async () => {
    const [a, b] = [await start(12), await start(12)]
    const headers = { 'X-Forwarded-For': '198.51.100.1' }
    for (let n = 0; n < 6; n++) {
      for (const { url } of [a, b]) {
        const client = new Client(url, headers)
        expect(await client.opened, `connection ${n}`).to.equal(101)
        if (url !== a.url && n > 0) continue
        client.send(joinOf(n))
        await client.message('welcome')
      }
    }
    expect(await new Client(a.url, headers).opened).to.equal(429)
    expect(await new Client(b.url, headers).opened).to.equal(429)

    const rude = { 'X-Forwarded-For': '198.51.100.2' }
    for (let n = 0; n < 10; n++) {
      const client = new Client(a.url, rude)
      await client.opened
      client.socket.send(Uint8Array.of(1, 2))
      await client.closed
    }
    let status = 101
    for (let n = 0; n < 5 && status !== 403; n++) status = await new Client(b.url, rude).opened
    expect(status).to.equal(403)
  })
}
