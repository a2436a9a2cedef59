/**
 * Why a source cannot be read, in one line for people.
 */
import { TreecastError } from '../../protocol/errors.js'

/** What the system's error codes mean here, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  ENOTDIR: 'a part of its path is no directory; check the path',
  EACCES: 'permission denied; let this user read it',
  EPERM: 'permission denied; let this user read it',
  EISDIR: 'it is a directory; name a file in it',
  EMFILE: 'too many files are open; raise the limit (ulimit -n)',
  EIO: 'the device failed; try another copy',
  ENOTFOUND: 'its host is unknown; check the address',
  EAI_AGAIN: 'its host could not be looked up; check the network',
  ECONNREFUSED: 'its host accepts no connection there; check the port, and that the server runs',
  ECONNRESET: 'its host closed the connection; try again',
  EHOSTUNREACH: 'its host cannot be reached; check the network',
  ENETUNREACH: 'its host cannot be reached; check the network',
  ETIMEDOUT: 'its host does not answer; check the address and the network'
}

export function unreadable(name: string, error: unknown): TreecastError {
  const code = errorCode(error)
  const reason = (code === undefined ? undefined : REASONS[code]) ?? firstLine(error)
  return new TreecastError('source-unreadable', `${name} cannot be read: ${reason}`, { cause: error })
}

export function stalled(name: string, stallMs: number): TreecastError {
  return new TreecastError(
    'source-stalled',
    `${name} is open, but has sent nothing for ${stallMs / 1000} s; check what feeds it`
  )
}

/** The system's name for what went wrong, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Another library's message as a part of one of our lines. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0]!
}
