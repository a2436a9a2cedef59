import { expect } from 'chai'
import { TreecastError } from '../../src/protocol/errors.js'
import { redisStore } from '../../src/tracker/store/redis.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'
import { needs } from '../setup/tools.js'
import { RedisServer } from './redis-server.js'
import { storeContract, until } from './store-contract.js'
import { ask, askJson, joined, joinOf, originOf } from './tracker-client.js'

describe('Redis store', function () {
  this.timeout(30_000)
  let redis: RedisServer
  before(async function () {
    needs(this, 'redis-server')
    redis = await RedisServer.start()
  })
  after(() => (redis as RedisServer | undefined)?.end())

  describe('as every store', () => {
    storeContract(() => redisStore(redis.url))
  })

  describe('away', () => {
    let trackers: TrackerServer[] = []
    const start = async (url = redis.url): Promise<TrackerServer> => {
      const tracker = await startTracker({ host: '127.0.0.1', port: 0, store: await redisStore(url) })
      trackers.push(tracker)
      return tracker
    }
    const isHere = (tracker: TrackerServer) => tracker.stats().store?.state === 'here'
    afterEach(async () => {
      await Promise.all(trackers.map((tracker) => tracker.close(0)))
      trackers = []
    })

    for (const how of ['stopped, and back without memory', 'frozen, and back with an old one']) {
      it(`${how}: trackers go on with what they know, say so, and count right when it is back`, async () => {
        const [a, b] = [await start(), await start()]
        await until(() => isHere(a) && isHere(b))
        await joined(a.url, originOf(1))
        await joined(a.url, joinOf(2))
        const leaver = await joined(b.url, joinOf(3))
        await until(() => a.stats().everywhere?.peers === 3 && b.stats().everywhere?.peers === 3)

        if (how.startsWith('stopped')) await redis.stop()
        else redis.freeze()
        await until(() => !isHere(a) && !isHere(b))
        const ready = await ask(a.url, '/readyz')
        expect(ready.status, 'still in service').to.equal(200)
        expect(JSON.parse(ready.text)).to.include({ status: 'degraded', store: 'away' })
        expect((await ask(a.url, '/metrics')).text).to.match(/^treecast_tracker_store_up 0$/m)

        const newcomer = await joined(b.url, joinOf(4))
        const { candidates } = await newcomer.message('welcome')
        expect(
          candidates.map(({ id }) => id[3]),
          'an origin that only the other tracker has'
        ).to.include(1)
        await leaver.close()

        if (how.startsWith('stopped')) await redis.start()
        else redis.thaw()
        await until(() => isHere(a) && isHere(b))
        for (const tracker of [a, b])
          await until(() => {
            const { peers, listeners } = tracker.stats().everywhere!
            return peers === 3 && listeners === 2
          })
        expect(await askJson(a.url, '/readyz')).to.deep.equal({ status: 'ready', store: 'here' })
      })
    }

    it('from the start: a tracker serves its own, and shares when it comes', async () => {
      await redis.stop()
      const [a, b] = [await start(), await start()]
      await joined(a.url, originOf(1))
      const listener = await joined(b.url, joinOf(2))
      expect(await askJson(b.url, '/readyz')).to.include({ status: 'degraded' })
      await redis.start()
      await listener.message('welcome', ({ candidates }) => candidates.length === 1)
    })
  })

  it('is refused where its URL is none', async () => {
    const refused: unknown = await redisStore('redis:/').catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(TreecastError)
    expect((refused as TreecastError).code).to.equal('bad-option')
  })
})
