/** `token`: lets a peer into a private show. */

import { type Command } from 'commander'
import process from 'node:process'
import { keyPairFromSeed, randomSeed } from '../runtime/crypto.js'
import { readRootKey } from '../runtime/key-file.js'
import { DEFAULT_TOKEN_MINUTES, issueToken, issuerOf } from '../runtime/tokens.js'
import { positive } from './arguments.js'
import type { Reporter } from './reporter.js'
import { run } from './run.js'

interface Options {
  key: string
  name: string
  minutes: number
  json?: boolean
}

export function addToken(program: Command): void {
  program
    .command('token')
    .summary('let a peer into a private show')
    .description(
      'Prints a token for one peer, which gets into the private show with it while it is good:\n' +
        'treecast listen <link> --identity <file> --token <file>. "treecast key show" prints the key of an identity.'
    )
    .argument('<peer>', "the peer's public key: 52 letters and digits")
    .requiredOption('--key <file>', "the publisher's root key")
    .option('--name <text>', 'name of the broadcast in its link', 'live')
    .option(
      '--minutes <n>',
      'for how long it is good',
      positive(DEFAULT_TOKEN_MINUTES),
      DEFAULT_TOKEN_MINUTES
    )
    .option('--json', 'events on stdout, one JSON object a line')
    .action((peer: string, options: Options) =>
      run(options.json === true, (reporter) => act(peer, options, reporter))
    )
}

async function act(peer: string, { key, name, minutes, json }: Options, reporter: Reporter): Promise<void> {
  const issuer = await issuerOf(await readRootKey(key), () => keyPairFromSeed(randomSeed()), name)
  const token = await issueToken(issuer, peer, minutes)
  if (json === true) reporter.event('token', { peer, token, minutes })
  else process.stdout.write(`${token}\n`)
}
