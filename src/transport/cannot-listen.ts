/** Why a server could not listen, in one line for people. The same for peers and trackers. */

import { TreecastError } from '../protocol/errors.js'

/** @param code the system's error code, as far as it is known. */
export function cannotListenOn(
  host: string,
  port: number | string,
  code: string | undefined,
  cause: unknown
): TreecastError {
  return new TreecastError(
    'cannot-listen',
    `cannot listen on ${host}, port ${port}: ${explain(code, cause)}`,
    {
      cause
    }
  )
}

function explain(code: string | undefined, cause: unknown): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'it is in use; stop what listens there, or choose another port (0 picks a free one)'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address; choose one that it has, or 0.0.0.0 for all'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name cannot be resolved; choose an IP address of this machine'
    case 'EACCES':
      return 'permission denied; choose a port from 1024 up'
    default:
      return String(cause instanceof Error ? cause.message : cause).split('\n')[0]!
  }
}
