import { type Command } from 'commander'
import { broadcast, type BroadcastOptions } from '../api/node-broadcast.js'
import { openPublisherKeys } from '../runtime/show-key-file.js'
import { DEFAULT_KEY_HOURS } from '../runtime/show-keys.js'
import { TreecastError } from '../protocol/errors.js'
import { KickedFile } from './kicked-file.js'
import { collect, positive, whole } from './arguments.js'
import { addNetwork, type NetworkFlags, networkOf, sayWebRtc } from './network.js'
import { addKeeping, type KeepFlags, keepingOf, sayLending } from './keeping.js'
import { failingWith } from './recording.js'
import { plural, type Reporter } from './reporter.js'
import { run } from './run.js'

interface Options extends NetworkFlags, KeepFlags {
  tracker: string[]
  key?: string
  name?: string
  maxChildren?: number
  maxPeers?: number
  root?: string[]
  keyHours?: number
  private?: boolean
  kicked?: string
  packetMs?: number
  stripes?: number
  loop?: boolean
  speed?: number
  stallTimeout?: number
  record?: string
  json?: boolean
}

export function addBroadcast(program: Command): void {
  const command = program
    .command('broadcast')
    .summary('put a show on the air')
    .description(
      'Broadcasts Ogg Opus at the pace of its audio, and ends when the source ends.\n' +
        'Prints the treecast: link that listeners need.'
    )
    .argument('<source>', 'an Ogg Opus file, "-" for Ogg Opus on stdin, or an http(s):// Ogg Opus stream')
    .requiredOption('--tracker <url>', 'ws:// or wss:// URL of a tracker; may be repeated', collect)
    .option(
      '--key <file>',
      "the publisher's key, made if there is no such file; or show keys (treecast key certify) (default: a new key for this show only)"
    )
    .option(
      '--key-hours <n>',
      `change the show key so often, up to ${DEFAULT_KEY_HOURS} hours (default: ${DEFAULT_KEY_HOURS})`,
      positive(DEFAULT_KEY_HOURS)
    )
    .option('--name <text>', 'name of the broadcast in its link (default: live)')
    .option('--max-children <n>', 'copies that the origin uploads at most (default: 4)', whole(1, 1000))
    .option('--max-peers <n>', 'peers that the origin feeds at most (default: no bound)', whole(1, 16_000))
    .option(
      '--root <link>',
      'dial and feed this root, and nobody else; as `treecast relay --root` tells it; may be repeated, more than are fed are spares',
      collect
    )
    .option('--private', 'let in only who has a token (treecast token), and encrypt what is heard')
    .option(
      '--kicked <file>',
      'show these peers out of a private show: their keys, one a line; looked at each second'
    )
    .option('--packet-ms <n>', 'audio to a packet, ms (default: 100)', whole(20, 1000))
    .option('--stripes <n>', 'trees over which the show is spread (default: 4)', whole(1, 16))
    .option('--record <file>', 'write the show to an Ogg Opus file, and its proof to <file>.proof')
    .option('--loop', 'begin a file again when it ends')
    .option('--speed <factor>', 'send so many times faster than the audio, for rehearsals', positive(1000))
    .option(
      '--stall-timeout <seconds>',
      'end when the source gives nothing for so long (default: 10)',
      positive(86_400)
    )
  addNetwork(addKeeping(command))
    .option('--json', 'events on stdout, one JSON object a line')
    .action((source: string, options: Options) =>
      run(options.json === true, (reporter, signal) => act(source, options, reporter, signal))
    )
}

async function act(source: string, options: Options, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const {
    tracker: trackers,
    key,
    name,
    maxChildren,
    maxPeers,
    root: roots,
    keyHours,
    private: isPrivate,
    kicked,
    packetMs,
    stripes,
    loop,
    speed,
    stallTimeout,
    record
  } = options
  if (kicked !== undefined && isPrivate !== true) {
    throw new TreecastError('bad-option', '--kicked is of use for private shows alone; add --private')
  }
  const opened = key === undefined ? undefined : await openPublisherKeys(key)
  if (opened?.isNew === true) reporter.say(`made a new publisher's key: ${key}`)
  const given: BroadcastOptions = {
    source,
    trackers,
    signal,
    ...(opened === undefined ? {} : { keys: opened.keys }),
    ...(name === undefined ? {} : { name }),
    ...networkOf(options),
    ...keepingOf(options),
    ...(maxChildren === undefined ? {} : { maxChildren }),
    ...(maxPeers === undefined ? {} : { maxPeers }),
    ...(roots === undefined ? {} : { roots }),
    ...(isPrivate === undefined ? {} : { private: isPrivate }),
    ...(keyHours === undefined ? {} : { keyHours }),
    ...(packetMs === undefined ? {} : { packetMs }),
    ...(stripes === undefined ? {} : { stripes }),
    ...(loop === undefined ? {} : { loop }),
    ...(speed === undefined ? {} : { speed }),
    ...(record === undefined ? {} : { record }),
    ...(stallTimeout === undefined ? {} : { stallMs: stallTimeout * 1000 })
  }
  const show = await broadcast(given)
  reporter.event('live', { link: show.link }, `live: ${show.link}`)
  if (opened === undefined)
    reporter.say('this link is good for this show only; --key FILE keeps it for the next')
  sayWebRtc(reporter, show.stats())
  show.on('notice', (notice) => reporter.notice(notice))
  sayLending(show, reporter)
  const door = kicked === undefined ? undefined : new KickedFile(kicked, show, reporter)
  show.on('ended', () => door?.end())
  show.on('keyfailed', (error) => reporter.event('key-failed', { message: error.message }, error.message))
  show.on('stats', (stats) => {
    reporter.event('stats', stats)
    const { peers, children, packets, sent } = stats
    const copies = packets === 0 ? 0 : sent / packets
    reporter.progress(
      `on the air: ${plural(peers, 'peer')}, ${children} fed from here, ${copies.toFixed(2)} copies sent`
    )
  })
  show.on('ended', ({ packets, frames, copies }) => {
    const text = `ended: ${plural(frames, 'frame')} in ${plural(packets, 'packet')}, ${copies.toFixed(2)} copies sent`
    reporter.event('ended', { packets, frames, copies }, text)
  })
  await failingWith(show, reporter, () => show.ended)
}
