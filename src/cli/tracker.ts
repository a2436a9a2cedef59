import { type Command, Option } from 'commander'
import { once } from 'node:events'
import { DEFAULT_TRACKER_PORT, startTracker } from '../tracker/server.js'
import { port } from './arguments.js'
import { plural } from './reporter.js'
import { run } from './run.js'

interface Options {
  host?: string
  port: number
  json?: boolean
}

export function addTracker(program: Command): void {
  program
    .command('tracker')
    .summary('introduce listeners to each other')
    .description(
      'Runs a tracker: it introduces the peers of a broadcast to each other and never carries audio.\n' +
        'The same port answers /healthz, /readyz and /stats.json.'
    )
    .option('--host <address>', "address to listen on (default: all of this machine's)")
    .option('--port <port>', 'port to listen on, 0 for any free one', port, DEFAULT_TRACKER_PORT)
    .addOption(new Option('--store <store>', 'where members are kept').choices(['memory']).default('memory'))
    .option('--json', 'events on stdout, one JSON object a line')
    .action((options: Options) =>
      run(options.json === true, async (reporter, signal) => {
        const { host } = options
        const tracker = await startTracker({ port: options.port, ...(host === undefined ? {} : { host }) })
        reporter.event('listening', { url: tracker.url }, `tracker on ${tracker.url}; Ctrl-C ends it`)
        const timer = setInterval(() => {
          const { broadcasts, peers } = tracker.stats()
          reporter.progress(`${plural(broadcasts, 'broadcast')}, ${plural(peers, 'peer')}`)
        }, 1000)
        if (!signal.aborted) await once(signal, 'abort')
        clearInterval(timer)
        reporter.clearProgress()
        await tracker.close()
      })
    )
}
