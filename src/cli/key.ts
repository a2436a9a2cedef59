/** `key`: makes and shows the publisher's key, and certifies show keys for a machine on which it is not. */

import { type Command } from 'commander'
import { TreecastError } from '../protocol/errors.js'
import { DEFAULT_STRIPES, MAX_CERTIFICATE_SECONDS } from '../protocol/limits.js'
import { keyToText, nameProblem } from '../protocol/wire/broadcast.js'
import { equal } from '../protocol/wire/cursor.js'
import { isShowKeyText, makeKeyFile, readKey, readKeyText, readRootKey } from '../runtime/key-file.js'
import { checkPrivate } from '../runtime/private-file.js'
import {
  makeShowKeyFile,
  makeShowKeys,
  parseShowKeys,
  readShowKeyFile,
  replaceShowKeyFile,
  type ShowKeyFile
} from '../runtime/show-key-file.js'
import { positive, whole } from './arguments.js'
import { plural, type Reporter } from './reporter.js'
import { run } from './run.js'

const MAX_HOURS = MAX_CERTIFICATE_SECONDS / 3600

/** Enough to restart every quarter of an hour for some hours, when something goes wrong. */
const DEFAULT_COUNT = 16
const MAX_COUNT = 1000

interface Flags {
  json?: boolean
}

interface CertifyFlags extends Flags {
  key: string
  name: string
  out: string
  hours: number
  count: number
  stripes: number
}

type RotateFlags = Pick<CertifyFlags, 'json' | 'key' | 'hours' | 'count'>

export function addKey(program: Command): void {
  const key = program
    .command('key')
    .summary("make, show and certify a publisher's keys")
    .description(
      "A publisher's root key names its broadcasts for good; show keys, which it certifies for a day at most, sign them.\n" +
        'The root key need not be on the machine that broadcasts: certify show keys for it.'
    )
  make(key)
  show(key)
  certify(key)
  rotate(key)
}

function make(key: Command): void {
  key
    .command('make')
    .summary('make a root key')
    .description("Makes a publisher's root key, or a peer's own: a file for its owner alone.")
    .argument('<file>', 'where to keep it; there must be no such file yet')
    .option('--json', 'events on stdout, one JSON object a line')
    .action((file: string, { json }: Flags) =>
      run(json === true, async (reporter) => {
        const publisher = keyToText((await makeKeyFile(file)).publicKey)
        reporter.event(
          'made',
          { file, publisher },
          `made ${file}, the key of ${publisher}; keep a copy in a safe place`
        )
      })
    )
}

function show(key: Command): void {
  key
    .command('show')
    .summary('show whose key a file holds')
    .description(
      'Shows the public key of a key file; of show keys also for what, until when, and how many are left.'
    )
    .argument('<file>', 'a root key, or show keys')
    .option('--json', 'events on stdout, one JSON object a line')
    .action((file: string, { json }: Flags) => run(json === true, (reporter) => showFile(file, reporter)))
}

function certify(key: Command): void {
  counted(
    key
      .command('certify')
      .summary('make show keys that the root key certifies')
      .description(
        'Makes show keys for a machine that broadcasts without the root key: treecast broadcast --key FILE.\n' +
          'Each start of a broadcast uses up one of them.'
      )
      .requiredOption('--key <file>', "the publisher's root key")
      .requiredOption('--name <text>', 'name of the broadcast in its link')
      .requiredOption('--out <file>', 'where to write them; there must be no such file yet')
      .option('--stripes <n>', 'trees over which the show is spread', whole(1, 16), DEFAULT_STRIPES)
  ).action((flags: CertifyFlags) => run(flags.json === true, (reporter) => certifyFile(flags, reporter)))
}

function rotate(key: Command): void {
  counted(
    key
      .command('rotate')
      .summary('put new show keys in the place of those of a file')
      .description(
        'Makes show keys as those of the file, which they revoke. A broadcast that uses the file goes on under the first of\n' +
          'them within seconds, and its listeners notice nothing.'
      )
      .argument('<file>', 'the show keys')
      .requiredOption('--key <file>', "the publisher's root key")
  ).action((file: string, flags: RotateFlags) =>
    run(flags.json === true, (reporter) => rotateFile(file, flags, reporter))
  )
}

function counted(command: Command): Command {
  return command
    .option('--hours <n>', `for how long they are good, at most ${MAX_HOURS}`, positive(MAX_HOURS), MAX_HOURS)
    .option(
      '--count <n>',
      'how many: each start and each rotation takes one',
      whole(1, MAX_COUNT),
      DEFAULT_COUNT
    )
    .option('--json', 'events on stdout, one JSON object a line')
}

async function showFile(file: string, reporter: Reporter): Promise<void> {
  const text = await readKeyText(file)
  if (!isShowKeyText(text)) {
    const publisher = keyToText((await readKey(file, text)).publicKey)
    reporter.event('key', { kind: 'root', publisher }, `a root key, of ${publisher}`)
    return
  }
  const found = parseShowKeys(file, text)
  await checkPrivate(file)
  tellShowKeys('key', file, found, reporter)
}

async function certifyFile(flags: CertifyFlags, reporter: Reporter): Promise<void> {
  const { key, name, out } = flags
  const problem = nameProblem(name)
  if (problem !== undefined)
    throw new TreecastError('bad-option', `the name "${name}" is not allowed: ${problem}`)
  const made = await makeShowKeys(await readRootKey(key), flags, Date.now())
  await makeShowKeyFile(out, made)
  tellShowKeys('certified', out, made, reporter)
}

async function rotateFile(file: string, flags: RotateFlags, reporter: Reporter): Promise<void> {
  const root = await readRootKey(flags.key)
  const before = await readShowKeyFile(file)
  if (!equal(root.publicKey, before.publisher)) {
    throw new TreecastError(
      'bad-key',
      `${flags.key} is not the root key of ${file}; name the one that certified it`
    )
  }
  const { name, stripes, highest } = before
  const made = await makeShowKeys(root, { ...flags, name, stripes, above: highest }, Date.now())
  await replaceShowKeyFile(file, made)
  tellShowKeys('rotated', file, made, reporter)
}

function tellShowKeys(
  event: string,
  file: string,
  { publisher, name, keys, highest }: ShowKeyFile,
  reporter: Reporter
): void {
  const until = keys[0] === undefined ? undefined : new Date(keys[0].begins.notAfter * 1000).toISOString()
  const whose = keyToText(publisher)
  const data = {
    kind: 'show',
    file,
    publisher: whose,
    name,
    keys: keys.length,
    epoch: highest,
    until: until ?? null
  }
  const good = until === undefined ? '' : `, good until ${until.slice(0, 16).replace('T', ' ')} UTC`
  reporter.event(event, data, `${file}: ${plural(keys.length, 'show key')} for "${name}" of ${whose}${good}`)
}
