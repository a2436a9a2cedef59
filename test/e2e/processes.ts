/** Real processes of the built command, watched by their events. All are on loopback, and all are ended. */

import { expect } from 'chai'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
export const SHOW = fileURLToPath(new URL('../../examples/one-machine/show.opus', import.meta.url))

export interface Event {
  readonly event: string
  readonly [field: string]: unknown
}

/** One process whose stdout is events, or raw bytes for somebody else. */
export class Treecast {
  readonly child: ChildProcessWithoutNullStreams
  readonly events: Event[] = []
  stderr = ''
  /** The exit code, or the signal's name. */
  readonly exit: Promise<number | string>
  private readonly waiting = new Set<() => void>()
  private ended = false

  constructor(command: string, args: readonly string[], options: { raw?: boolean } = {}) {
    this.child = spawn(command, args)
    running.add(this)
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.child.stdin.on('error', () => undefined)
    if (options.raw !== true) {
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        this.events.push(JSON.parse(line) as Event)
        this.wake()
      })
    }
    this.exit = once(this.child, 'close').then(([code, signal]) => {
      this.ended = true
      running.delete(this)
      this.wake()
      return (code ?? signal) as number | string
    })
  }

  /** The next (or an earlier) event of this name that also passes the test. */
  async event(name: string, test: (event: Event) => boolean = () => true): Promise<Event> {
    for (;;) {
      const found = this.events.find((event) => event.event === name && test(event))
      if (found !== undefined) return found
      if (this.ended) throw new Error(`ended without "${name}": ${this.stderr}`)
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  last(name: string): Event | undefined {
    return this.events.findLast((event) => event.event === name)
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}

const running = new Set<Treecast>()

/** For `afterEach`: whatever a failed test left behind. */
export async function endAll(): Promise<void> {
  const left = [...running]
  for (const { child } of left) child.kill('SIGKILL')
  await Promise.all(left.map(({ exit }) => exit))
}

/** `treecast …` with events. */
export function treecast(...args: string[]): Treecast {
  return new Treecast(process.execPath, [CLI, ...args, '--json'])
}

/** `treecast …` as people call it, stdout untouched. */
export function plain(...args: string[]): Treecast {
  return new Treecast(process.execPath, [CLI, ...args], { raw: true })
}

/** A tracker on a free port of loopback. */
export async function startTracker(): Promise<{ tracker: Treecast; url: string }> {
  const tracker = treecast('tracker', '--host', '127.0.0.1', '--port', '0')
  const { url } = await tracker.event('listening')
  return { tracker, url: url as string }
}

/** A broadcast that is live. */
export async function startBroadcast(
  tracker: string,
  source: string,
  ...args: string[]
): Promise<{ origin: Treecast; link: string }> {
  const origin = treecast('broadcast', source, '--tracker', tracker, ...args)
  const { link } = await origin.event('live')
  return { origin, link: link as string }
}

export async function stop(process: Treecast): Promise<number | string> {
  process.child.kill('SIGTERM')
  return process.exit
}

/** The process ends with this code and one line that says what the pattern wants. */
export async function expectFailure(process: Treecast, code: number, pattern: RegExp): Promise<void> {
  expect(await process.exit, process.stderr).to.equal(code)
  const lines = process.stderr.split('\n').filter((line) => line.startsWith('treecast: '))
  expect(lines, process.stderr).to.have.length(1)
  expect(lines[0]).to.match(pattern)
  expect(process.stderr).not.to.match(/^ +at |Warning/m)
}
