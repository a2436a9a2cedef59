/** libp2p's errors, told in one line: what is wrong, where, and what to do about it. */

import type { TreecastError } from '../../protocol/errors.js'
import { cannotListenOn } from '../cannot-listen.js'
import { DialError } from '../link.js'

/** Why listening failed. libp2p packs one stack trace for each address into one message. */
export function cannotListen(error: unknown, host: string, ports: readonly number[]): TreecastError {
  const text = error instanceof Error ? error.message : String(error)
  const found = /listen (E[A-Z]+):?[^\n]*?:(\d+)\s*$/m.exec(text)
  const code = found?.[1] ?? /\b(E[A-Z]{4,})\b/.exec(text)?.[1]
  const port = found?.[2] ?? ports.join(' and ')
  return cannotListenOn(host, port, code, error)
}

/** Why a dial failed. */
export function dialFailed(error: unknown, addresses: readonly string[], timeoutMs: number): DialError {
  const where = addresses.join(', ')
  const causes = error instanceof AggregateError ? (error.errors as unknown[]) : [error]
  const reasons = new Set(causes.map((cause) => reason(cause, timeoutMs)))
  return new DialError(`cannot reach the peer at ${where}: ${[...reasons].join('; ')}`, { cause: error })
}

function reason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  const text = `${error.name} ${error.message}`
  if (/does not match expected remote identity|UnexpectedPeer/.test(text)) return 'another peer answers there'
  if (text.includes('ECONNREFUSED')) return 'nobody listens there'
  if (/EHOSTUNREACH|ENETUNREACH/.test(text)) return 'there is no route to it'
  if (/ENOTFOUND|EAI_AGAIN/.test(text)) return 'its name cannot be resolved'
  if (/Protocol selection failed|UnsupportedProtocol/.test(text))
    return 'the peer there does not speak treecast'
  if (/Timeout|timed out|Abort|aborted/.test(text)) return `no answer within ${timeoutMs} ms`
  if (/ECONNRESET|closed|reset|ended|unexpected end/i.test(text))
    return 'the connection was refused or broke off'
  return firstLine(error.message)
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]!
}
