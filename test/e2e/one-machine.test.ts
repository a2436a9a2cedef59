/** The examples, as they are run: real processes. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SHOW = 'examples/one-machine/show.opus'

type Running = ChildProcessByStdio<null, Readable, Readable>

describe('examples', function () {
  // A dozen processes, on a machine that may be busy with others.
  this.timeout(180_000)

  /** What a test started; it may have failed before it ended them. */
  const started: Running[] = []

  afterEach(async () => {
    for (const child of started.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  })

  function start(...args: string[]): Running {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    started.push(child)
    return child
  }

  it('one machine: everybody hears everything, though the busiest relay is killed', async () => {
    // Thrice as fast and no faster: a dozen processes at six times the pace leave two busy cores no time to repair in.
    // A minute and a half of the show, so that everybody has come by its middle on a slow machine too.
    const show = start('examples/one-machine/main.js', '--fast', '3', '--kill', '--seconds', '90')
    const { code, output } = await ended(show)
    expect(code, output).to.equal(0)
    expect(output).to.match(/^The show is over after 1:30: 12 listeners, 1 of them killed\.$/m)
    const rows = [
      ...output.matchAll(/^ {2}([A-Z][a-z]+) +(\d+) +(\d+) +\d+ kB +\d+ kB(?: {2}(killed) at \d:\d\d)?$/gm)
    ]
    expect(rows, output).to.have.length(12)
    expect(rows.filter(([, , , , killed]) => killed === 'killed')).to.have.length(1)
    for (const [row, , frames, lost, killed] of rows) {
      expect(Number(frames), row).to.be.above(0)
      if (killed === undefined) expect(lost, row).to.equal('0')
    }
    const copies = /^The origin uploaded (\d\.\d\d) copies of the show for 12 listeners\.$/m.exec(output)?.[1]
    expect(Number(copies), output).to.be.within(0.5, 2.1)
    expect(output).to.match(
      /^\w+ was killed at \d:\d\d: it fed [1-9]\d* listeners?(, with \d+ below it in all)?\.$/m
    )
    expect(output).to.match(/^All of them had new parents within \d+\.\d s; 0 packets missed/m)
    expect(output).to.match(/^Everybody else heard everything, from when they came to the end\.$/m)
  })

  it('one machine: ends everything in good order when it is asked to', async () => {
    const child = start('examples/one-machine/main.js', '--listeners', '3')
    const end = ended(child)
    for await (const line of createInterface({ input: child.stdout })) if (line.includes('3 listeners')) break
    child.kill('SIGINT')
    const { code, output } = await end
    expect(code, output).to.equal(0)
    expect(output).to.include('The show was ended after')
    expect(output).to.include('Everybody heard everything')
  })

  it('one machine: says what it does not understand', async () => {
    for (const args of [
      ['--fast', 'very'],
      ['--listeners', '0'],
      ['--listeners', '1.5'],
      ['--quick'],
      ['twelve']
    ]) {
      const { code, output } = await ended(start('examples/one-machine/main.js', ...args))
      expect(code, output).to.equal(2)
      expect(output.trim().split('\n')).to.have.length(1)
    }
  })

  it('ten lines: writes what it hears', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'treecast-'))
    try {
      const tracker = start('dist/cli.js', 'tracker', '--host', '127.0.0.1', '--port', '0', '--json')
      const { url } = await said(tracker, 'listening')
      const show = ['broadcast', SHOW, '--host', '127.0.0.1', '--tracker', url!, '--speed', '6', '--json']
      const { link } = await said(start('dist/cli.js', ...show), 'live')
      const file = join(directory, 'heard.opus')
      const { code, output } = await ended(start('examples/ten-lines/main.js', link!, file))
      expect(code, output).to.equal(0)
      expect(output).to.match(/playing after \d+ ms/)
      const frames = Number(/(\d+) frames in .*heard\.opus, 0 packets lost/.exec(output)?.[1])
      expect(frames, output).to.be.within(1, 3100)
      expect((await stat(file)).size).to.be.above(frames * 50)
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

/** All that it writes until it ends. */
async function ended(child: Running): Promise<{ code: number | null; output: string }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

/** Its first event of that name. */
async function said(child: Running, name: string): Promise<Readonly<Record<string, string>>> {
  const lines = createInterface({ input: child.stdout })
  child.stderr.resume()
  try {
    for await (const line of lines) {
      const event = JSON.parse(line) as Record<string, string>
      if (event.event === name) return event
    }
  } finally {
    child.stdout.resume()
  }
  throw new Error(`it ended without "${name}"`)
}
