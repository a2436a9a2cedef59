/**
 * Three trackers on one Redis, a show, and a crowd that joins all the time, while one tracker is killed and Redis is away. The crowd's
 * peers speak to trackers as real ones do, and turn to the next when theirs is gone; real listeners hear the show.
 */

import type { TrackerServerStats } from '../../src/tracker/server.js'
import { RedisServer } from '../tracker/redis-server.js'
import { askJson, Client, joinOf } from '../tracker/tracker-client.js'
import { parseLink } from '../../src/index.js'
import type { BroadcastId } from '../../src/protocol/wire/broadcast.js'
import { SHOW, startBroadcast, stop, treecast, type Treecast } from './processes.js'

export interface Hardship {
  /** Peers of the crowd. */
  readonly peers: number
  readonly joinsPerSecond: number
  /** How long Redis is away. */
  readonly awayMs: number
}

export interface Outcome {
  /** Peers of the crowd that were welcomed at their first or second tracker, of all. */
  readonly joined: number
  /** From Redis' coming back until all trackers counted right. */
  readonly healedMs: number
  /** Of each real listener. */
  readonly gaps: readonly unknown[]
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** One of the crowd: with one tracker or the next, for as long as it lives. */
class Wanderer {
  isWelcome = false
  failures = 0
  private client: Client | undefined
  private readonly ended = new AbortController()
  private readonly n: number
  private readonly urls: readonly string[]
  private readonly broadcast: BroadcastId

  constructor(n: number, urls: readonly string[], broadcast: BroadcastId) {
    this.n = n
    this.urls = urls
    this.broadcast = broadcast
    void this.live()
  }

  private async live(): Promise<void> {
    for (let turn = this.n; !this.ended.signal.aborted; turn++) {
      const client = new Client(this.urls[turn % this.urls.length]!)
      this.client = client
      try {
        if ((await client.opened) !== 101) throw new Error('turned away')
        // Without room: nobody is to dial whom there is not.
        client.send(joinOf(1_000 + this.n, { broadcast: this.broadcast, freeSlots: 0, wanted: 0 }))
        await client.message('welcome')
        this.isWelcome = true
        await client.closed
      } catch {
        if (!this.isWelcome) this.failures++
      }
      await pause(200 + (this.n % 10) * 50)
    }
  }

  end(): void {
    this.ended.abort()
    this.client?.socket.terminate()
  }
}

export async function endure({ peers, joinsPerSecond, awayMs }: Hardship): Promise<Outcome> {
  const redis = await RedisServer.start()
  const trackers = Array.from({ length: 3 }, () =>
    treecast('tracker', '--host', '127.0.0.1', '--port', '0', '--store', redis.url)
  )
  const urls = await Promise.all(
    trackers.map(async (tracker) => (await tracker.event('listening')).url as string)
  )
  const more = urls.slice(1).flatMap((url) => ['--tracker', url])
  const { origin, link } = await startBroadcast(urls[0]!, SHOW, '--loop', ...more)
  const listeners: Treecast[] = []
  for (let i = 0; i < 2; i++) {
    const listener = treecast('listen', link, '--host', '127.0.0.1')
    await listener.event('playing')
    listeners.push(listener)
  }
  const crowd: Wanderer[] = []
  const enough = new AbortController()
  const coming = (async () => {
    while (!enough.signal.aborted && crowd.length < peers) {
      crowd.push(new Wanderer(crowd.length, urls, parseLink(link)))
      await pause(1000 / joinsPerSecond)
    }
  })()
  try {
    // Half of the crowd is in, a third of it with the one that is killed.
    while (crowd.length < peers / 2) await pause(50)
    trackers[0]!.child.kill('SIGKILL')
    await pause(2_000)
    await redis.stop()
    await pause(awayMs)
    await redis.start()
    const back = performance.now()
    await coming
    const expected = (): number => crowd.length + listeners.length + 1
    for (;;) {
      const all = await Promise.all(urls.slice(1).map((url) => askJson(url, '/stats.json')))
      const counts = all.map((stats) => (stats as unknown as TrackerServerStats).everywhere?.peers)
      if (counts.every((count) => count === expected())) break
      await pause(100)
    }
    const healedMs = performance.now() - back
    for (const listener of listeners) await stop(listener)
    return {
      joined: crowd.filter(({ failures }) => failures < 2).length / crowd.length,
      healedMs,
      gaps: listeners.map((listener) => listener.last('ended')?.gaps)
    }
  } finally {
    enough.abort()
    for (const wanderer of crowd) wanderer.end()
    await stop(origin)
    await Promise.all(trackers.slice(1).map(stop))
    await redis.end()
  }
}
