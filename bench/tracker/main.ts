/**
 * `npm run bench:tracker`: treecast's tracker and bittorrent-tracker under the same crowd in one run, each on the first core, the crowd on the
 * second. A join is all that a newcomer's tracker has to do for it: the connection, the introduction, and the signals of its first links,
 * as many as each design makes. Prints the tables that stand in docs/operating.md.
 */

import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { RedisServer } from '../../test/tracker/redis-server.js'
import { percentile } from '../show/stage.js'
import { Crowd, type Tongue } from './crowd.js'
import { bittorrent, treecast } from './tongues.js'

const SIZES = [1_000, 5_000, 10_000]
const PACED = 1_000
const PER_SECOND = 100
const FLASH = 1_000
/** Those who are there before anything is measured. */
const EARLY = 200

class TrackerProcess {
  readonly url: string
  private readonly child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.child = child
    this.url = url
  }

  static async start(file: string, ...args: string[]): Promise<TrackerProcess> {
    const child = fork(new URL(file, import.meta.url), args, { execArgv: ['--expose-gc'] })
    const [{ url }] = (await once(child, 'message')) as [{ url: string }]
    pin(child.pid!, 0)
    return new TrackerProcess(child, url)
  }

  /** Seconds of processor time so far; resident bytes. */
  async usage(): Promise<{ cpu: number; memory: number }> {
    this.child.send({})
    const [{ cpu, memory }] = (await once(this.child, 'message')) as [
      { cpu: NodeJS.CpuUsage; memory: number }
    ]
    return { cpu: (cpu.user + cpu.system) / 1e6, memory }
  }

  async end(): Promise<void> {
    const exit = once(this.child, 'exit')
    this.child.disconnect()
    await exit
  }
}

/** All threads of a process on one core. */
function pin(pid: number, core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
}

interface Figures {
  readonly joinsPerCpuSecond: number
  readonly bytesAPeer: readonly number[]
  readonly p50: number
  readonly p99: number
  readonly flashSeconds: number
}

async function measure(tongue: Tongue, file: string): Promise<Figures> {
  const tracker = await TrackerProcess.start(file)
  const crowd = new Crowd(tongue, [tracker.url])
  // What is loaded and compiled once is paid for before anything is counted.
  const early = new Crowd(tongue, [tracker.url])
  await early.joinMany(EARLY, 10)
  early.end()
  await settled()
  const { memory: empty } = await tracker.usage()

  const bytesAPeer: number[] = []
  const before = await tracker.usage()
  let cpu = 0
  for (const size of SIZES) {
    await crowd.joinMany(size - crowd.sockets.length, 20)
    if (size === SIZES[0]) cpu = (await tracker.usage()).cpu - before.cpu
    await settled()
    bytesAPeer.push(((await tracker.usage()).memory - empty) / size)
  }
  crowd.end()
  await tracker.end()

  const second = await TrackerProcess.start(file)
  const paced = new Crowd(tongue, [second.url])
  await paced.joinMany(EARLY, 10)
  const took = await paced.joinAtPace(PACED, PER_SECOND)
  const begin = performance.now()
  await paced.joinMany(FLASH, FLASH)
  const flashSeconds = (performance.now() - begin) / 1000
  paced.end()
  await second.end()
  return {
    joinsPerCpuSecond: SIZES[0]! / cpu,
    bytesAPeer,
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
    flashSeconds
  }
}

async function measureStore(count: number): Promise<number> {
  const redis = await RedisServer.start()
  const trackers = await Promise.all(
    Array.from({ length: count }, () => TrackerProcess.start('serve-treecast.js', redis.url))
  )
  const crowd = new Crowd(
    treecast,
    trackers.map(({ url }) => url)
  )
  await crowd.joinMany(EARLY, 10)
  await settled()
  const cpu = async (): Promise<number> =>
    (await Promise.all(trackers.map((tracker) => tracker.usage()))).reduce((sum, { cpu }) => sum + cpu, 0)
  const before = await cpu()
  await crowd.joinMany(SIZES[0]!, 20)
  const used = (await cpu()) - before
  crowd.end()
  await Promise.all(trackers.map((tracker) => tracker.end()))
  await redis.end()
  return SIZES[0]! / used
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000))
}

const rival = fileURLToPath(new URL('rival/', import.meta.url))
if (!existsSync(`${rival}node_modules`)) {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  execFileSync('npm', ['install', '--prefix', rival, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] })
}
pin(process.pid, 1)

const ours = await measure(treecast, 'serve-treecast.js')
const theirs = await measure(bittorrent, 'serve-bittorrent.js')
const row = (name: string, ...values: (number | string)[]): void =>
  console.log(`| ${name} | ${values.join(' | ')} |`)

console.log('| | treecast | bittorrent-tracker | ratio |\n|---|---|---|---|')
row(
  'joins per CPU-second',
  Math.round(ours.joinsPerCpuSecond),
  Math.round(theirs.joinsPerCpuSecond),
  (ours.joinsPerCpuSecond / theirs.joinsPerCpuSecond).toFixed(1)
)
for (const [i, size] of SIZES.entries())
  row(
    `memory a peer at ${size}, kB`,
    (ours.bytesAPeer[i]! / 1000).toFixed(1),
    (theirs.bytesAPeer[i]! / 1000).toFixed(1),
    (ours.bytesAPeer[i]! / theirs.bytesAPeer[i]!).toFixed(2)
  )
row(`join p50 at ${PER_SECOND}/s, ms`, ours.p50.toFixed(1), theirs.p50.toFixed(1), '')
row(`join p99 at ${PER_SECOND}/s, ms`, ours.p99.toFixed(1), theirs.p99.toFixed(1), '')
row(`${FLASH} at once, s`, ours.flashSeconds.toFixed(1), theirs.flashSeconds.toFixed(1), '')

console.log('\n| trackers that share a Redis | joins per CPU-second of all |\n|---|---|')
row('none', Math.round(ours.joinsPerCpuSecond))
for (const count of [1, 2, 3]) row(String(count), Math.round(await measureStore(count)))
