/** A show that goes on while its tracker, a relay or a root is flooded: for the short test, and for the long one. */

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeyFile } from '../../src/runtime/key-file.js'
import { formatLink } from '../../src/protocol/wire/link.js'
import { SHOW, stop, treecast } from '../e2e/processes.js'
import { type Arrivals, arrive, flood, type Kind, memoryOf, startLimitedTracker } from './flood.js'

export type Victim = 'tracker' | 'relay' | 'root'

export interface OrdealOptions {
  readonly victim: Victim
  readonly kinds: readonly Kind[]
  /** Of each flood. */
  readonly seconds: number
  readonly perSecond: number
}

export interface Flooded {
  readonly kind: Kind
  /** Connections that the flooder made. */
  readonly connections: number
  /** At the tracker, whatever is flooded. */
  readonly arrivals: Arrivals
}

export interface Outcome {
  readonly floods: readonly Flooded[]
  /** Most that the flooded process has had in memory; MiB. */
  readonly memory: number
  /** Of each listener the packets that it did not hear, those who came during a flood among them. */
  readonly gaps: readonly number[]
}

const HONEST_PER_SECOND = 10

/** What opens a WebSocket first; the others go to the port for TCP. */
const BY_WEB_SOCKET: ReadonlySet<Kind> = new Set(['giants', 'fragments', 'joins', 'silence'])

/** One origin, two relays or roots, two listeners and one more in each flood. */
export async function undergo(options: OrdealOptions): Promise<Outcome> {
  const { victim, kinds, seconds, perSecond } = options
  const folder = await mkdtemp(join(tmpdir(), 'treecast-flood-'))
  const { tracker, url } = await startLimitedTracker()
  const key = join(folder, 'publisher.pem')
  const { keys } = await openKeyFile(key)
  const link = formatLink({ publisher: keys.publicKey, name: 'live', trackers: [url] })
  const ports = [await freePort(), await freePort()]
  const listensAt = ['--host', '127.0.0.1', '--port', String(ports[0]), '--ws-port', String(ports[1])]
  const root = victim === 'root' ? ['--root'] : []
  const first = treecast('relay', link, '--no-webrtc', ...listensAt, ...root)
  const second = treecast('relay', link, '--no-webrtc', ...root)
  const relays = [first, second]
  const rootLinks =
    victim === 'root'
      ? await Promise.all(relays.map(async (relay) => String((await relay.event('root')).link)))
      : []
  const origin = treecast(
    'broadcast',
    SHOW,
    ...['--tracker', url, '--key', key, '--loop', '--no-webrtc', '--max-children', '2'],
    ...rootLinks.flatMap((each) => ['--root', each])
  )
  await Promise.all(relays.map((relay) => relay.event('playing')))
  const listen = () => treecast('listen', link, '--out', '/dev/null', '--no-webrtc')
  const listeners = [listen(), listen()]
  await Promise.all(listeners.map((listener) => listener.event('playing')))

  const floods: Flooded[] = []
  for (const kind of kinds) {
    const port = victim === 'tracker' ? new URL(url).port : ports[BY_WEB_SOCKET.has(kind) ? 1 : 0]
    const attack = flood({ kind, target: `127.0.0.1:${port}`, seconds, perSecond, link })
    const newcomer = listen()
    listeners.push(newcomer)
    const arrivals = await arrive(link, HONEST_PER_SECOND, attack)
    await newcomer.event('playing')
    floods.push({ kind, connections: Number((await attack).connections), arrivals })
  }
  const memory = await memoryOf(victim === 'tracker' ? tracker : first)
  await stop(origin)
  await Promise.all([...relays, ...listeners].map(({ exit }) => exit))
  const gaps = [...relays, ...listeners].map((peer) => Number(peer.last('ended')?.gaps))
  await stop(tracker)
  await rm(folder, { recursive: true })
  return { floods, memory, gaps }
}

/** What there was to see, for people. */
export function told({ floods, memory, gaps }: Outcome): string {
  const rows = floods.map(({ kind, connections, arrivals }) => {
    const { came, served, worked, p50, p99, failures } = arrivals
    return `${kind}: ${connections} connections; ${served} of ${came} served, ${worked} worked, p50 ${p50} ms, p99 ${p99} ms ${JSON.stringify(failures)}`
  })
  return [...rows, `memory ${memory.toFixed(0)} MiB; gaps ${gaps.join(' ')}`]
    .map((row) => `      ${row}\n`)
    .join('')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
