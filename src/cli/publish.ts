/** `publish`: a folder of recordings becomes a site that any web host serves. */

import { type Command } from 'commander'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyFile } from '../api/node-verify.js'
import { unreadable } from '../audio/sources/failure.js'
import { TreecastError } from '../protocol/errors.js'
import { compactProof } from '../recording/compact.js'
import { Contents } from '../recording/contents.js'
import { placeText } from '../recording/faults.js'
import { PROOF_SUFFIX } from '../recording/file.js'
import { type Published, publishedPage } from '../recording/page.js'
import { type Decode, waveform } from '../recording/waveform.js'
import { hash } from '../runtime/crypto.js'
import { plural, type Reporter } from './reporter.js'
import { run } from './run.js'

/** Bars of a waveform: a wide page shows each. */
const BARS = 400

/** What the page runs, and what some browsers lack, beside the command itself. */
const SCRIPTS = { 'published.js': 'treecast-recordings.js', 'vendor-ed25519.js': 'vendor-ed25519.js' }
const BROWSER = new URL('./browser/', import.meta.url)

export function addPublish(program: Command): void {
  program
    .command('publish')
    .summary('make a web site of recordings')
    .description(
      'Puts a page beside the recordings of a folder, with player, waveform and proof. Any web host serves the folder.\n' +
        'Nothing is published that does not verify.'
    )
    .argument('<dir>', 'a folder with recordings: each an Ogg Opus file and its proof, FILE and FILE.proof')
    .option('--json', 'events on stdout, one JSON object a line')
    .action((dir: string, options: { json?: boolean }) =>
      run(options.json === true, (reporter) => act(dir, reporter))
    )
}

async function act(dir: string, reporter: Reporter): Promise<void> {
  const names = await readdir(dir).catch((error: unknown) => {
    throw unreadable(dir, error)
  })
  const files = names.filter((name) => names.includes(name + PROOF_SUFFIX)).sort()
  if (files.length === 0) {
    throw new TreecastError(
      'bad-option',
      `${dir} holds no recording with its proof; record one with --record`
    )
  }
  const recordings: Published[] = []
  for (const file of files) recordings.push(await read(dir, file, reporter))
  recordings.sort((a, b) => b.found.began - a.found.began)
  const page = join(dir, 'index.html')
  try {
    for (const [from, to] of Object.entries(SCRIPTS)) await copyFile(new URL(from, BROWSER), join(dir, to))
    await writeFile(page, publishedPage(recordings))
  } catch (error) {
    throw new TreecastError('output-unwritable', `${page} cannot be written: ${String(error)}`, {
      cause: error
    })
  }
  reporter.event('published', { page, recordings: files }, `${page}: ${plural(files.length, 'recording')}`)
}

async function read(dir: string, file: string, reporter: Reporter): Promise<Published> {
  const path = join(dir, file)
  const found = await verifyFile(path)
  const [fault] = found.faults
  if (fault !== undefined) {
    throw new TreecastError(
      'bad-proof',
      `${path} is not what was signed, at ${placeText(fault.at)}: ${fault.text}; it is not published`
    )
  }
  // One that a crash has ended has the proof as it was written.
  const proof = new Uint8Array(await readFile(path + PROOF_SUFFIX))
  const compact = compactProof(proof, hash)
  if (compact.length < proof.length) await writeFile(path + PROOF_SUFFIX, compact)
  const contents = new Contents(new Uint8Array(await readFile(path)), path)
  const peaks = await waveform(contents, BARS, decoder, (done) =>
    reporter.progress(`${file}: waveform, ${Math.floor(done * 100)} %`)
  )
  return { file, found, waveform: peaks }
}

interface OpusDecoder {
  readonly ready: Promise<void>
  decodeFrame(frame: Uint8Array): { readonly channelData: readonly Float32Array[] }
}

/** The decoder that pages have, which runs here as well. */
async function decoder(channels: 1 | 2): Promise<Decode> {
  const { OpusDecoder } = (await import(new URL('vendor-opus-decoder.js', BROWSER).href)) as {
    OpusDecoder: new (options: { channels: number; preSkip: number }) => OpusDecoder
  }
  const made = new OpusDecoder({ channels, preSkip: 0 })
  await made.ready
  return (frame) => made.decodeFrame(frame).channelData
}
