/** `--keep`: a peer that keeps the show lends its past to others, and stays when it is over. */

import type { Command } from 'commander'
import { DEFAULT_KEEP_BYTES } from '../protocol/limits.js'
import { positive } from './arguments.js'
import type { Reporter } from './reporter.js'

const DEFAULT_KEEP_MB = DEFAULT_KEEP_BYTES / 1e6

export interface KeepFlags {
  keep?: boolean
  keepMb?: number
}

export function addKeeping(command: Command): Command {
  return command
    .option(
      '--keep',
      `keep the last ${DEFAULT_KEEP_MB} MB of the show in memory for those who want to hear its past, also when it is over, until Ctrl-C`
    )
    .option('--keep-mb <n>', 'the same, with so many MB', positive(100_000))
}

export function keepingOf({ keep, keepMb }: KeepFlags): { keepMb?: number } {
  if (keepMb !== undefined) return { keepMb }
  return keep === true ? { keepMb: DEFAULT_KEEP_MB } : {}
}

/** Whoever may stay to lend what it has kept. */
interface Lending {
  on(name: 'lending', listener: () => void): () => void
}

export function sayLending(peer: Lending, reporter: Reporter): void {
  peer.on('lending', () =>
    reporter.event('lending', {}, 'the show is over; what was kept of it is lent to others until Ctrl-C')
  )
}
