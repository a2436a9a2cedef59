/** Runs a command's action: Ctrl-C and SIGTERM end it in good order, a failure is one line and an exit code. */

import process from 'node:process'
import { TreecastError } from '../protocol/errors.js'
import { Reporter } from './reporter.js'

/** It did what was asked; it failed; it was asked wrongly. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

const WRONG_USAGE: ReadonlySet<string> = new Set(['bad-option', 'bad-link', 'bad-scenario'])

/** What is still on its way out gets this long after a signal; ms. */
const EXIT_GRACE_MS = 1_000

/** What the shell shows for a process that a second Ctrl-C ended: 128 + SIGINT. */
const EXIT_INTERRUPTED = 130

export async function run(
  json: boolean,
  action: (reporter: Reporter, signal: AbortSignal) => Promise<void>
): Promise<void> {
  const reporter = new Reporter(json)
  const abort = new AbortController()
  const onSignal = (): void => {
    if (abort.signal.aborted) process.exit(EXIT_INTERRUPTED)
    abort.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    await action(reporter, abort.signal)
  } catch (error) {
    reporter.clearProgress()
    // Interrupted before there was anything to end: that is what was asked.
    if (error !== abort.signal.reason) process.exitCode = report(error, json)
  } finally {
    // A reader that takes nothing more must not keep an ended command alive.
    if (abort.signal.aborted) setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

function report(error: unknown, json: boolean): number {
  const { code, message } = error instanceof TreecastError ? error : unexpected(error)
  if (json) process.stdout.write(`${JSON.stringify({ event: 'error', code, message })}\n`)
  process.stderr.write(`treecast: ${message}\n`)
  return WRONG_USAGE.has(code) ? EXIT.usage : EXIT.failed
}

function unexpected(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error)
  if (process.env.TREECAST_DEBUG !== undefined) process.stderr.write(`${String((error as Error).stack)}\n`)
  return { code: 'unexpected', message: `${message.split('\n')[0]} (a bug; TREECAST_DEBUG=1 shows where)` }
}
