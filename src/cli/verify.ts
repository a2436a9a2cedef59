/** `verify`: whether a recording is its publisher's and unedited. */

import { type Command } from 'commander'
import { type Fault, placeText } from '../recording/faults.js'
import type { Verification } from '../recording/verify.js'
import { verifyFile } from '../api/node-verify.js'
import { TreecastError } from '../protocol/errors.js'
import { keyFromText } from '../protocol/wire/broadcast.js'
import { parseLink } from '../protocol/wire/link.js'
import { plural, printable, type Reporter } from './reporter.js'
import { EXIT, run } from './run.js'
import process from 'node:process'

/** So many faults are said one by one. */
const MAX_SAID = 20

interface Options {
  publisher?: string
  proof?: string
  json?: boolean
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .summary('prove that a recording is unedited')
    .description(
      'Holds a recording against its proof: says whose it is, when it was made, how long it is and where packets are\n' +
        'missing; or where it was changed. Exit code 0: it is what its publisher signed; 1: it is not.'
    )
    .argument('<file>', 'the Ogg Opus file of a recording, or of an excerpt')
    .option('--proof <file>', 'its proof (default: <file>.proof)')
    .option('--publisher <key>', 'the key, or the treecast: link, of the publisher that it must be of')
    .option('--json', 'events on stdout, one JSON object a line')
    .action((file: string, options: Options) =>
      run(options.json === true, (reporter) => act(file, options, reporter))
    )
}

async function act(file: string, options: Options, reporter: Reporter): Promise<void> {
  const publisher = options.publisher === undefined ? undefined : publisherOf(options.publisher)
  const found = await verifyFile(file, {
    ...(options.proof === undefined ? {} : { proof: options.proof }),
    ...(publisher === undefined ? {} : { publisher }),
    onProgress: (done) => reporter.progress(`verifying: ${Math.floor(done * 100)} %`)
  })
  reporter.clearProgress()
  if (found.verified) reporter.event('verified', facts(found), told(found, publisher !== undefined))
  else {
    const [first] = found.faults
    const at = placeText(first!.at)
    const faults = found.faults.map((fault) => ({ ...fault, at: placeText(fault.at), atSeconds: fault.at }))
    const data = { at, atSeconds: first!.at, what: first!.text, ...facts(found), faults }
    reporter.event('tampered', data, complaint(file, found.faults))
    process.exitCode = EXIT.failed
  }
}

function publisherOf(text: string): Uint8Array {
  const key = text.startsWith('treecast:') ? parseLink(text).publisher : keyFromText(text)
  if (key !== undefined) return key
  throw new TreecastError(
    'bad-option',
    `"${text}" is no publisher's key; give its 52 letters and digits, or the treecast: link`
  )
}

/** All but the faults, for programs: places as people read them, and in seconds. */
function facts(found: Verification): object {
  const { publisher, name, began, from, seconds, packets, frames, shows, metadata, whole, closed, torn } =
    found
  const gaps = found.gaps.map((gap) => ({ ...gap, at: placeText(gap.at), atSeconds: gap.at }))
  const about = { publisher, name, began: new Date(began).toISOString(), from, seconds, packets, frames }
  return { ...about, shows, metadata, whole, closed, torn, gaps }
}

function told(found: Verification, isCompared: boolean): string {
  const { name, publisher, began, seconds, whole, gaps, from, shows, torn, metadata } = found
  const lines = [
    `verified: every frame is as its publisher signed it`,
    `publisher  ${publisher}${isCompared ? '' : ' (compare it with the link)'}`,
    `broadcast  ${printable(name)}, begun ${new Date(began).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `length     ${placeText(seconds)}, ${whole ? 'the whole show' : `a part of the show, from ${placeText(from)} on`}`
  ]
  if (shows > 1) lines.push(`shows      ${shows}: the publisher went on the air anew in between`)
  const title = [metadata.artist, metadata.title].filter((text) => text !== undefined).join(' – ')
  if (title !== '') lines.push(`title      ${printable(title)}`)
  if (gaps.length === 0) lines.push('gaps       none')
  for (const gap of gaps) {
    lines.push(
      `gap        at ${placeText(gap.at)}: ${gap.seconds.toFixed(2)} s, ${plural(gap.packets, 'packet')} missing`
    )
  }
  if (torn > 0) lines.push(`end        recording broke off; the last ${torn.toFixed(2)} s are not covered`)
  return lines.join('\n')
}

function complaint(file: string, faults: readonly Fault[]): string {
  const said = faults.slice(0, MAX_SAID).map(({ at, seconds, text }) => {
    const length = seconds > 0 ? `, ${seconds.toFixed(1)} s` : ''
    return `at ${placeText(at)}${length}: ${text}`
  })
  const more = faults.length > MAX_SAID ? [`and ${faults.length - MAX_SAID} places more`] : []
  return [`${file} is not what was signed`, ...said, ...more].join('\n')
}
