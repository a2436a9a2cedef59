#!/usr/bin/env node
/** The `treecast` command: one file a subcommand, each thin. */

import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { addBroadcast } from './broadcast.js'
import { addExcerpt } from './excerpt.js'
import { addKey } from './key.js'
import { addListen, addRelay } from './listen.js'
import { addPublish } from './publish.js'
import { EXIT } from './run.js'
import { addSim } from './sim.js'
import { addSweep } from './sweep.js'
import { addToken } from './token.js'
import { addTracker } from './tracker.js'
import { addVerify } from './verify.js'
import { addWorker } from './worker.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Beside the bundled command, whose first file this is. */
const installed = { version, thread: new URL('./sweep-thread.js', import.meta.url) }

const program = new Command('treecast')
  .description('Carries a live audio show to any crowd through its own listeners.')
  .version(version)
  .showHelpAfterError('(--help tells what can be said)')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'treecast: ')) })
  .exitOverride()

addTracker(program)
addBroadcast(program)
addListen(program)
addRelay(program)
addKey(program)
addToken(program)
addVerify(program)
addExcerpt(program)
addPublish(program)
addSim(program, version)
addSweep(program, installed)
addWorker(program, installed)
for (const command of program.commands) {
  for (const each of [command, ...command.commands]) each.exitOverride().copyInheritedSettings(program)
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
}
