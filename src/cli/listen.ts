/** `listen` and `relay`, which is a listener without output. */

import { type Command } from 'commander'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Listener, ListenSummary } from '../api/listener.js'
import { listen, type ListenOptions } from '../api/node-listen.js'
import type { Stats } from '../api/stats.js'
import { writeFrames } from '../api/write-frames.js'
import { openSink, type OggSink } from '../audio/sink.js'
import { unreadable } from '../audio/sources/failure.js'
import { TreecastError } from '../protocol/errors.js'
import { parseLink } from '../protocol/wire/link.js'
import { openKeyFile } from '../runtime/key-file.js'
import { positive, time, whole } from './arguments.js'
import { addKeeping, type KeepFlags, keepingOf, sayLending } from './keeping.js'
import { addNetwork, type NetworkFlags, networkOf, sayWebRtc } from './network.js'
import { failingWith } from './recording.js'
import { bytes, plural, printable, type Reporter } from './reporter.js'
import { run } from './run.js'
import { checkTicketPath, TicketFile } from './ticket-file.js'

/** How long an output may take for what is left when we are told to end; ms. */
const OUTPUT_GRACE_MS = 2_000

interface Options extends NetworkFlags, KeepFlags {
  out?: string
  from?: number
  record?: string
  leaf?: boolean
  maxChildren?: number
  upload?: number
  buffer?: number
  wait?: number
  ticket?: string
  root?: boolean
  identity?: string
  token?: string
  duration?: number
  json?: boolean
}

export function addListen(program: Command): void {
  const command = program
    .command('listen')
    .summary('join a broadcast and pass it on')
    .description(
      'Joins a broadcast, passes it on to other listeners, and writes it as Ogg Opus. Ends with the broadcast.'
    )
    .option('--out <file>', 'where to write Ogg Opus, "-" for stdout (default: nowhere)')
    .option('--record <file>', 'write what is received to an Ogg Opus file, and its proof to <file>.proof')
    .option(
      '--from <time>',
      'where to begin: 90, 1:30 or 0:01:30, if anybody has kept it (default: live; or at the start of a show that is over)',
      time
    )
    .option('--leaf', 'pass nothing on')
  addCommon(command, 'listener')
}

export function addRelay(program: Command): void {
  const command = program
    .command('relay')
    .summary('pass a broadcast on without listening')
    .description(
      'Joins a broadcast and passes it on to listeners, without any output. Ends with the broadcast.'
    )
    .option(
      '--root',
      'be a root: be dialled and fed by the origin itself, which is told of this link by --root'
    )
  addCommon(command, 'relay')
}

function addCommon(command: Command, role: 'listener' | 'relay'): void {
  addNetwork(addKeeping(command.argument('<link>', 'the treecast: link of the broadcast')))
    .option('--max-children <n>', 'copies to upload at most, 0 for none (default: 4)', whole(0, 1000))
    .option('--upload <kbps>', 'upload to use at most, kbit/s', whole(0, 10_000_000))
    .option('--buffer <ms>', 'how long a missing packet is waited for (default: 2000)', whole(100, 5000))
    .option(
      '--wait <seconds>',
      'how long to wait for a broadcast that is not live yet (default: 10)',
      positive(604_800)
    )
    .option(
      '--identity <file>',
      "this peer's own key, by which it is known again; made if there is no such file"
    )
    .option(
      '--token <file>',
      'get into a private show: a token for this identity (treecast token); read again before it expires'
    )
    .option('--ticket <file>', 'keep there a link by which newcomers get in without a tracker')
    .option('--duration <seconds>', 'leave after so many seconds of listening', positive(604_800))
    .option('--json', 'events on stdout, one JSON object a line')
    .action((link: string, options: Options) =>
      run(options.json === true, (reporter, signal) => act(link, role, options, reporter, signal))
    )
}

async function act(
  text: string,
  role: 'listener' | 'relay',
  options: Options,
  reporter: Reporter,
  signal: AbortSignal
): Promise<void> {
  const { out, record, leaf, maxChildren, upload, buffer, wait, json } = options
  const link = parseLink(text)
  if (out === '-' && json === true) {
    throw new TreecastError(
      'bad-option',
      '--out - and --json both want stdout; write the audio to a file, or leave out --json'
    )
  }
  // Opened before anything else: a path that cannot be written is known at once.
  const sink = out === undefined ? undefined : await openSink(out)
  if (options.ticket !== undefined) await checkTicketPath(options.ticket)
  const isRoot = options.root === true
  const { token } = options
  if (token !== undefined && options.identity === undefined) {
    throw new TreecastError('bad-option', '--token needs --identity, the key that the token names')
  }
  const own = options.identity === undefined ? undefined : await openKeyFile(options.identity)
  const tellRoot = (root: Listener): void =>
    reporter.event(
      'root',
      { link: root.rootLink() },
      `a root; tell the origin of it: --root '${root.rootLink()}'`
    )
  const given: ListenOptions = {
    role: isRoot ? 'root' : role,
    ...(own === undefined ? {} : { identity: own.keys }),
    ...(token === undefined ? {} : { token: () => readToken(token) }),
    // A root is there before its show.
    ...(isRoot ? { onStarted: tellRoot, waitMs: Infinity } : {}),
    signal,
    ...(leaf === undefined ? {} : { leaf }),
    ...(record === undefined ? {} : { record }),
    ...networkOf(options),
    ...keepingOf(options),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(maxChildren === undefined ? {} : { maxChildren }),
    ...(upload === undefined ? {} : { maxUploadKbps: upload }),
    ...(buffer === undefined ? {} : { bufferMs: buffer }),
    ...(wait === undefined ? {} : { waitMs: wait * 1000 })
  }
  const listener = await listen(link, given)
  reporter.say(`joined "${link.name}"`)
  sayWebRtc(reporter, listener.stats())
  await failingWith(listener, reporter, () => follow(listener, sink, options, reporter, signal))
}

async function readToken(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Reports what happens until the show, the duration, or our patience ends. */
async function follow(
  listener: Listener,
  sink: OggSink | undefined,
  options: Options,
  reporter: Reporter,
  signal: AbortSignal
): Promise<void> {
  let duration: NodeJS.Timeout | undefined
  const tickets =
    options.ticket === undefined ? undefined : new TicketFile(options.ticket, listener, reporter)
  const leave = (): void => void listener.close()
  listener.on('notice', (notice) => reporter.notice(notice))
  listener.on('playing', ({ startupMs }) => {
    reporter.event('playing', { startupMs }, `playing after ${startupMs} ms`)
    if (options.duration !== undefined) duration = setTimeout(leave, options.duration * 1000)
  })
  listener.on('metadata', (fields) => {
    reporter.event('metadata', { fields: Object.fromEntries(fields) }, nowPlaying(fields))
  })
  listener.on('gap', ({ packets, samples }) => {
    reporter.event(
      'gap',
      { packets, samples },
      `lost ${plural(packets, 'packet')}, ${Math.round(samples / 48)} ms`
    )
  })
  sayLending(listener, reporter)
  listener.on('stats', (stats) => {
    reporter.event('stats', stats)
    reporter.progress(describe(stats))
  })
  listener.on('ended', (summary) => reporter.event('ended', summary, farewell(summary)))
  try {
    if (sink === undefined) void discard(listener.frames())
    else await Promise.race([writeFrames(listener.frames(), sink), stuck(signal)])
  } catch (error) {
    leave()
    throw error
  } finally {
    await listener.ended
    clearTimeout(duration)
    await tickets?.close()
  }
}

/** The past of a show waits for a reader. */
async function discard(frames: AsyncIterable<unknown>): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  for await (const _ of frames);
}

/** Rejects when we were told to end, and the output still does not take what is left. */
async function stuck(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort')
  await sleep(OUTPUT_GRACE_MS, undefined, { ref: false })
  throw new TreecastError('output-unwritable', 'the output takes nothing any more; what was left is lost')
}

function nowPlaying(fields: ReadonlyMap<string, string>): string | undefined {
  const words = [fields.get('artist'), fields.get('title')].filter((text) => text !== undefined)
  if (words.length === 0) return undefined
  return `now: ${printable(words.join(' – '))}`
}

function describe({ depth, parents, spares, children, bytesIn, bytesOut, gaps }: Stats): string {
  if (parents === 0) return 'looking for parents'
  return (
    `depth ${depth}: ${plural(parents, 'parent')}, ${plural(spares, 'spare')}, ${children} fed; ` +
    `${bytes(bytesIn)} in, ${bytes(bytesOut)} out, ${plural(gaps, 'packet')} lost`
  )
}

function farewell({ complete, frames, gaps }: ListenSummary): string {
  const lost = gaps === 0 ? 'nothing lost' : `${plural(gaps, 'packet')} lost`
  return `${complete ? 'the show has ended' : 'left'}: ${plural(frames, 'frame')}, ${lost}`
}
