import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import { expect } from 'chai'

import type { Link, Transport } from '../../src/transport/link.js'
import { dialWebSocket } from '../../src/transport/websocket/index.js'
import { LIMITS } from './contract.js'
import { addressesOf, id, make } from './libp2p-bed.js'
import { numbered, Recorder, turn, until } from './recorder.js'

function start(what: 'accept' | 'open-and-close'): ChildProcess {
  return fork(new URL('process-fixture.ts', import.meta.url), [what], { execArgv: ['--import', 'tsx'] })
}

interface Listening {
  readonly addresses: string[]
  readonly url: string
}

describe('transport: processes', function () {
  // Processes that load TypeScript take a second or two to start.
  this.timeout(30_000)

  for (const kind of ['tcp', 'ws', 'websocket'] as const) {
    it(`a killed process is a lost link over ${kind}`, async () => {
      const child = start('accept')
      const [there] = (await once(child, 'message')) as [Listening]
      const own = await make(0, LIMITS)
      const wanted = (address: string): boolean => address.endsWith('/ws') === (kind === 'ws')
      const link: Link =
        kind === 'websocket'
          ? await dialWebSocket(there.url, LIMITS)
          : await own.dial(id(1), there.addresses.filter(wanted))
      const end = new Recorder(link)
      await until(() => end.messages.length === 1)
      child.kill('SIGKILL')
      await until(() => end.ends.length > 0)
      expect(end.ends).to.deep.equal(['lost'])
      expect(link.send('control', numbered(1, 10))).to.equal(false)
      await own.close()
    })
  }

  it('a process that has closed everything ends by itself', async () => {
    const [code] = (await once(start('open-and-close'), 'exit')) as [number | null]
    expect(code).to.equal(0)
  })
})

describe('transport: leaks', () => {
  const ROUNDS = { tcp: 100, ws: 25 }

  for (const carrier of ['tcp', 'ws'] as const) {
    it(`${ROUNDS[carrier]} links opened and closed over ${carrier} leave nothing`, async function () {
      this.timeout(30_000)
      // Mocha starts this test's own timer when the test first waits.
      await turn()
      const before = census()
      const [near, far] = [await make(0, LIMITS), await make(1, LIMITS)]
      const accepted: Recorder[] = []
      far.onLink = (link) => accepted.push(new Recorder(link))
      const listening = census()
      await openAndClose(near, far, accepted, ROUNDS[carrier])
      await until(() => noMoreThan(listening))
      await Promise.all([near.close(), far.close()])
      await until(() => noMoreThan(before))

      async function openAndClose(
        from: Transport,
        to: Transport,
        ends: Recorder[],
        count: number
      ): Promise<void> {
        ends.length = 0
        const links: Link[] = []
        for (let index = 0; index < count; index++)
          links.push(await from.dial(id(1), addressesOf(to, carrier)))
        await until(() => ends.length === count)
        // From either side.
        links.forEach((link, index) => (index % 2 === 0 ? link : ends[index]!.link).close())
        await until(() => ends.every((end) => end.ends.length === 1))
      }
    })
  }

  /** What keeps this process alive, by kind. */
  function census(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    // The turns in which we wait.
    return counts.set('Immediate', Infinity)
  }

  /** Less is possible: what an earlier test left to the operating system goes when it goes. */
  function noMoreThan(before: ReadonlyMap<string, number>): boolean {
    return [...census()].every(([kind, count]) => count <= (before.get(kind) ?? 0))
  }
})
