/** How a run is repeated. */

import { scenarioNames, shippedScenarios } from '../scenario/shipped/index.js'
import type { Result } from './result.js'

export interface Repeat {
  readonly command: string
  /** False: `<name>.json` must hold the scenario that is in the results. */
  readonly isShipped: boolean
}

/** The command for a shell. A shipped scenario goes by its name, even with another number of peers. */
export function repeatOf({ scenario, summary }: Result): Repeat {
  const shipped = scenarioNames.includes(scenario.name) ? shippedScenarios[scenario.name] : undefined
  const isShipped =
    shipped !== undefined && JSON.stringify(shipped) === JSON.stringify({ ...scenario, peers: shipped.peers })
  const words = ['treecast sim', isShipped ? scenario.name : `${scenario.name}.json`]
  if (isShipped && scenario.peers !== shipped.peers) words.push(`--peers ${scenario.peers}`)
  if (summary.engine !== 'exact') words.push(`--engine ${summary.engine}`)
  words.push(`--topology ${summary.topology}`, `--seed ${summary.seed}`)
  return { command: words.join(' '), isShipped }
}

/** Seconds of the show that are over; a run that was ended early has fewer than its show. */
export function secondsOf({ scenario, timeline }: Result): { readonly over: number; readonly all: number } {
  return { over: timeline.length, all: Math.ceil(scenario.show.seconds) }
}
