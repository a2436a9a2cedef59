/** `excerpt`: a piece of a recording that is proved like the whole. */

import type { Command } from 'commander'
import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { unreadable } from '../audio/sources/failure.js'
import { TreecastError } from '../protocol/errors.js'
import { cutExcerpt } from '../recording/excerpt.js'
import { placeText } from '../recording/faults.js'
import { PROOF_SUFFIX } from '../recording/file.js'
import { hash } from '../runtime/crypto.js'
import { time } from './arguments.js'
import type { Reporter } from './reporter.js'
import { run } from './run.js'

interface Options {
  from?: number
  to?: number
  out: string
  json?: boolean
}

export function addExcerpt(program: Command): void {
  program
    .command('excerpt')
    .summary('cut a piece out of a recording, with its proof')
    .description('Cuts whole packets out of a recording. "treecast verify" proves the piece like the whole.')
    .argument('<file>', 'the Ogg Opus file of a recording; its proof is in <file>.proof')
    .requiredOption('--out <file>', 'where to write it; its proof goes to <file>.proof')
    .option('--from <time>', 'where it begins: 90, 1:30 or 0:01:30 (default: at the begin)', time)
    .option('--to <time>', 'where it ends (default: at the end)', time)
    .option('--json', 'events on stdout, one JSON object a line')
    .action((file: string, options: Options) =>
      run(options.json === true, (reporter) => act(file, options, reporter))
    )
}

async function act(
  file: string,
  { from = 0, to = Infinity, out }: Options,
  reporter: Reporter
): Promise<void> {
  for (const each of [out, out + PROOF_SUFFIX]) {
    if ((await stat(each).catch(() => undefined)) === undefined) continue
    throw new TreecastError('bad-option', `${each} is there already; name another file, or remove it`)
  }
  const [audio, proof] = await Promise.all([contentsOf(file), contentsOf(file + PROOF_SUFFIX)])
  const serial = randomBytes(4).readUInt32BE()
  const excerpt = await cutExcerpt(audio, proof, { from, to, serial, hash })
  try {
    await writeFile(out, excerpt.audio)
    await writeFile(out + PROOF_SUFFIX, excerpt.proof)
  } catch (error) {
    throw new TreecastError('output-unwritable', `${out} cannot be written: ${String(error)}`, {
      cause: error
    })
  }
  const piece = `from ${placeText(from)} to ${to === Infinity ? 'the end' : placeText(to)}`
  reporter.event('written', { file: out, from, to: to === Infinity ? null : to }, `${out}: ${piece}`)
}

async function contentsOf(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    throw unreadable(path, error)
  }
}
