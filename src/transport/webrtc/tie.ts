/** A connection as its transport knows it: to whom, how far it has come, and what waits for it. */

import type { DialError } from '../link.js'
import type { Connection } from './connection.js'
import type { WebRtcLink } from './link.js'

export type Phase = 'negotiating' | 'linked' | 'closing' | 'idle'

export interface Tie {
  readonly remoteId: Uint8Array
  readonly negotiation: number
  readonly dialled: boolean
  readonly connection: Connection
  phase: Phase
  link: WebRtcLink | undefined
  links: number
  /** Packets that came before the first link. */
  early: Uint8Array[]
  answered: boolean
  /** Settles our dial; absent on ties that others dialled, and once it is settled. */
  settle: ((result: WebRtcLink | DialError) => void) | undefined
  timer: ReturnType<typeof setTimeout> | undefined
  /** Called when the connection is free for another link, and when it is gone. */
  onFree: (() => void)[]
  onDropped: (() => void) | undefined
}

/** Resolves when the link that is being closed on it is closed. */
export function free(tie: Tie): Promise<void> {
  return new Promise((resolve) => tie.onFree.push(resolve))
}

/** Why a negotiation came to nothing, as far as this end can tell. */
export function explain({ connection, answered }: Tie, timeoutMs?: number, why?: string): string {
  if (!answered) {
    return timeoutMs === undefined ? (why ?? 'no answer') : `it does not answer within ${timeoutMs} ms`
  }
  const { found } = connection
  const tried = `${found} candidate${found === 1 ? '' : 's'} here${why === undefined ? '' : `, ${why}`}`
  return `it answered, but no path between us works (${tried}); a TURN server in iceServers may help`
}
