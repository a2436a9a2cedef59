import { type Command, Option } from 'commander'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { TreecastError } from '../protocol/errors.js'
import type { Log } from '../tracker/log.js'
import type { TrackerOptions } from '../tracker/options.js'
import { startTracker } from '../tracker/server.js'
import { readSettings, settingsSchema, type TrackerSettings } from '../tracker/settings.js'
import { redisStore } from '../tracker/store/redis.js'
import { collect, port, positive, whole } from './arguments.js'
import { plural, type Reporter } from './reporter.js'
import { run } from './run.js'

interface Options {
  config?: string
  schema?: boolean
  json?: boolean
}

export function addTracker(program: Command): void {
  program
    .command('tracker')
    .summary('introduce listeners to each other')
    .description(
      'Runs a tracker: it introduces the peers of a broadcast to each other and never carries audio.\n' +
        'The same port answers /healthz, /readyz, /metrics, /stats.json and /status-json.xsl.\n' +
        'Every option can stand in a file, as "tlsCert", and in the environment, as TREECAST_TLS_CERT.\n' +
        'What is typed goes before the environment, the environment before the file.'
    )
    .option('--config <file>', 'a JSON file of options (--schema describes it)')
    .option('--host <address>', "address to listen on (default: all of this machine's)")
    .option('--port <port>', 'port to listen on, 0 for any free one (default: 8470)', port)
    .option('--store <store>', 'what several trackers share: memory (nothing), or redis://host:port')
    .option('--tls-cert <file>', 'certificate in PEM; SIGHUP reads it again')
    .option('--tls-key <file>', 'its key')
    .option(
      '--trusted-proxies <network>',
      'a proxy whose X-Forwarded-For is believed; again for more',
      collect
    )
    .option('--origins <origin>', 'pages of this origin may connect, and no others; again for more', collect)
    .option(
      '--turn-servers <network>',
      'a TURN server that peers may name as theirs; again for more',
      collect
    )
    .option('--banned <network>', 'is turned away; again for more', collect)
    .option('--joins-per-second <n>', 'connections of one address a second, 0 for any number', Number)
    .option('--join-burst <n>', 'and so many at once', whole(1, 1_000_000))
    .option(
      '--served-per-second <n>',
      'joins that are served, whoever comes; beyond it newcomers wait',
      positive(100_000)
    )
    .option('--limit-private', 'loopback and private networks are limited like all others')
    .option('--max-connections <n>', 'connections in all', whole(1, 1_000_000))
    .option('--drain-seconds <s>', 'after SIGTERM all peers are let go of within so long', positive(3_600))
    .option('--directory', '/status-json.xsl names broadcasts and their links')
    .option('--public-url <url>', 'where peers reach this tracker from outside')
    .addOption(new Option('--log <level>', 'structured logs on stderr: silent, error, warn, info or debug'))
    .option('--log-addresses', 'logs hold addresses of peers')
    .option('--schema', 'print the JSON schema of the file and end')
    .option('--json', 'events on stdout, one JSON object a line')
    .action((options: Options & Record<string, unknown>) => {
      if (options.schema === true) {
        process.stdout.write(`${JSON.stringify(settingsSchema(), null, 2)}\n`)
        return
      }
      return run(options.json === true, (reporter, signal) => track(options, reporter, signal))
    })
}

async function track(
  { config, ...typed }: Options & Record<string, unknown>,
  reporter: Reporter,
  signal: AbortSignal
): Promise<void> {
  const file = config === undefined ? undefined : { name: config, text: await readConfig(config) }
  const settings = readSettings({ typed, environment: process.env, file })
  const tracker = await startTracker(await optionsOf(settings, reporter))
  const reload = (): void => {
    try {
      tracker.reloadCertificate()
    } catch (error) {
      reporter.say(`the certificate stays as it was: ${(error as Error).message}`)
    }
  }
  process.on('SIGHUP', reload)
  reporter.event('listening', { url: tracker.url }, `tracker on ${tracker.url}; Ctrl-C ends it`)
  const timer = setInterval(() => {
    const { broadcasts, peers } = tracker.stats()
    reporter.progress(`${plural(broadcasts, 'broadcast')}, ${plural(peers, 'peer')}`)
  }, 1000)
  if (!signal.aborted) await once(signal, 'abort')
  clearInterval(timer)
  reporter.clearProgress()
  await tracker.close(settings.drainSeconds)
  process.off('SIGHUP', reload)
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new TreecastError('bad-option', `cannot read ${path}: ${(error as Error).message}`)
  }
}

async function optionsOf(settings: TrackerSettings, reporter: Reporter): Promise<TrackerOptions> {
  const { tlsCert: cert, tlsKey: key, log, store, ...same } = settings
  return {
    ...given(same),
    ...(store === 'memory' ? {} : { store: await redisStore(store) }),
    ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }),
    log: log === undefined ? logForPeople(reporter) : await structuredLog(log)
  }
}

/** Without those that are not given. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}

/** On a terminal only what should not be missed. */
function logForPeople(reporter: Reporter): Log {
  const quiet = (): void => undefined
  const say = (_: object, text: string): void => reporter.say(text)
  return { debug: quiet, info: quiet, warn: say, error: say }
}

/** The library is loaded where it is wanted. Written at once: what was said last must not be lost. */
async function structuredLog(level: string): Promise<Log> {
  const { pino } = await import('pino')
  const log: Log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true })
  )
  return log
}
