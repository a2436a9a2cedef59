/**
 * The treecast: link, which names a broadcast for good:
 *
 *     treecast:<publisher key>/<name>?tr=<tracker URL>&tr=…&ticket=<ticket>
 *
 * It is self-certifying: the key in it is all that has to be trusted. Parsing is a linear scan that accepts
 * exactly what {@link formatLink} writes, and other spellings of the same percent-encoding.
 */

import { TreecastError } from '../errors.js'
import { MAX_LINK_CHARS, MAX_TICKET_CHARS, MAX_TRACKER_URL_CHARS, MAX_TRACKERS } from '../limits.js'
import { type BroadcastId, keyFromText, keyToText, nameProblem } from './broadcast.js'
import { WireError } from './cursor.js'
import type { SignedRecord } from './signed-record.js'
import { ticketFromText, ticketToText } from './ticket.js'

export interface BroadcastLink extends BroadcastId {
  /** ws:// or wss:// URLs, 0…8, each once. */
  readonly trackers: readonly string[]
  /** Peers through which a newcomer may enter when no tracker answers. For a while only: a link that is to last has none. */
  readonly ticket?: readonly SignedRecord[]
}

const SCHEME = 'treecast:'
const TICKET = 'ticket='

/**
 * @throws TreecastError `bad-link` that says which part is wrong.
 */
export function parseLink(text: string): BroadcastLink {
  if (text.length > MAX_LINK_CHARS + MAX_TICKET_CHARS)
    throw bad(`it is ${text.length} characters long, at most ${MAX_LINK_CHARS + MAX_TICKET_CHARS}`)
  if (text.slice(0, SCHEME.length).toLowerCase() !== SCHEME) throw bad(`it does not begin with "${SCHEME}"`)
  const rest = text.slice(SCHEME.length)
  const question = rest.indexOf('?')
  const path = question < 0 ? rest : rest.slice(0, question)
  const slash = path.indexOf('/')
  if (slash < 0) throw bad('there is no "/" between the publisher\'s key and the name')

  const publisher = keyFromText(path.slice(0, slash))
  if (publisher === undefined) {
    throw bad(
      `the publisher's key must be 52 letters a–z and digits 2–7, not "${shorten(path.slice(0, slash))}"`
    )
  }
  const name = decode(path.slice(slash + 1), 'name')
  const problem = nameProblem(name)
  if (problem !== undefined) throw bad(`the name is not allowed: ${problem}`)
  return { publisher, name, ...(question < 0 ? { trackers: [] } : parseQuery(rest.slice(question + 1))) }
}

export function formatLink(link: BroadcastLink): string {
  const pairs = link.trackers.map(
    (url) => `tr=${encodeURIComponent(url).replaceAll('%3A', ':').replaceAll('%2F', '/')}`
  )
  if (link.ticket !== undefined) pairs.push(`${TICKET}${ticketToText(link.ticket)}`)
  const query = pairs.length > 0 ? `?${pairs.join('&')}` : ''
  return `${SCHEME}${keyToText(link.publisher)}/${encodeURIComponent(link.name)}${query}`
}

/** Why a text is no tracker URL; undefined if it is one. */
export function trackerUrlProblem(url: string): string | undefined {
  if (url.length > MAX_TRACKER_URL_CHARS) return `it has more than ${MAX_TRACKER_URL_CHARS} characters`
  if (!/^wss?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/i.test(url))
    return 'it must look like ws://host:port or wss://host'
  return undefined
}

function parseQuery(query: string): Pick<BroadcastLink, 'trackers' | 'ticket'> {
  const trackers: string[] = []
  let ticket: SignedRecord[] | undefined
  for (const pair of query.split('&')) {
    const [key, value] = split(pair)
    if (key === 'ticket') {
      if (ticket !== undefined) throw bad('it holds two tickets')
      ticket = parseTicket(value)
      continue
    }
    if (key !== 'tr') {
      const known = 'only tr=<tracker URL> and ticket=<ticket> may follow the "?"'
      throw bad(`"${shorten(key)}" is not known here; ${known}`)
    }
    const url = decode(value, 'tracker')
    const problem = trackerUrlProblem(url)
    if (problem !== undefined) throw bad(`tracker "${shorten(url)}": ${problem}`)
    if (!trackers.includes(url)) trackers.push(url)
    if (trackers.length > MAX_TRACKERS) throw bad(`it names more than ${MAX_TRACKERS} trackers`)
  }
  return ticket === undefined ? { trackers } : { trackers, ticket }
}

function parseTicket(text: string): SignedRecord[] {
  try {
    return ticketFromText(text)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw bad(`its ticket cannot be read (${error.message}); get a new one from somebody who listens`)
  }
}

function split(pair: string): [key: string, value: string] {
  const equals = pair.indexOf('=')
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad(`the ${what}'s percent-encoding is broken: "${shorten(text)}"`)
  }
}

function shorten(text: string): string {
  // eslint-disable-next-line no-control-regex
  const printable = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
  return printable.length <= 60 ? printable : `${printable.slice(0, 57)}…`
}

function bad(problem: string): TreecastError {
  return new TreecastError(
    'bad-link',
    `not a treecast link: ${problem}; a link looks like treecast:<publisher key>/<name>?tr=ws://host:port`
  )
}
