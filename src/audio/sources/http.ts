/**
 * The bytes that an HTTP server sends: a file, or a live stream as Icecast serves it. An Icecast mount begins with its
 * headers for every listener and bursts some seconds of old audio; the pacer spreads these.
 */
import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { TreecastError } from '../../protocol/errors.js'
import { errorCode, firstLine, unreadable } from './failure.js'
import { streamBytes } from './stdin.js'

/** As many as a chain of load balancers may need; curl's and fetch's larger bounds serve logins and the like. */
const MAX_REDIRECTS = 5

export interface HttpOptions {
  /** How long the server may take to answer, and then to send nothing, in ms. */
  readonly stallMs: number
  /** Ends the reading, as if the stream ended there. */
  readonly signal: AbortSignal
}

export async function* httpBytes(address: string, options: HttpOptions): AsyncGenerator<Uint8Array> {
  let response: IncomingMessage
  try {
    response = await follow(address, options)
  } catch (error) {
    if (options.signal.aborted) return
    throw error
  }
  const name = publicName(address)
  let received = 0
  const broken = (error: unknown) =>
    new TreecastError(
      'source-truncated',
      `${name} broke off after ${received} bytes (${errorCode(error) ?? firstLine(error)}); check its server and start again`,
      { cause: error }
    )
  for await (const chunk of streamBytes(response, { ...options, name, broken })) {
    received += chunk.length
    yield chunk
  }
}

async function follow(address: string, options: HttpOptions): Promise<IncomingMessage> {
  const name = publicName(address)
  let url = parse(address, name)
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await request(url, name, options)
    const status = response.statusCode ?? 0
    if (status === 200) return response
    // The body of another answer is of no use; this frees the socket.
    response.destroy()
    const { location } = response.headers
    if (status < 300 || status >= 400 || location === undefined) throw refused(name, status)
    url = parse(location, name, url)
  }
  throw new TreecastError(
    'source-unreadable',
    `${name} cannot be read: it redirects more than ${MAX_REDIRECTS} times; give the address it should end at`
  )
}

function request(url: URL, name: string, options: HttpOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? getHttps : getHttp
    const headers = { accept: 'audio/ogg, application/ogg, */*;q=0.1', 'user-agent': 'treecast' }
    // A show holds its connection for hours: none is shared, none kept for later.
    const sent = get(url, { agent: false, headers, signal: options.signal }, (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    const timer = setTimeout(() => {
      sent.destroy(
        new Error(`it did not answer within ${options.stallMs / 1000} s; check that the server runs`)
      )
    }, options.stallMs)
    sent.on('error', (error) => {
      clearTimeout(timer)
      reject(unreadable(name, error))
    })
  })
}

function refused(name: string, status: number): TreecastError {
  return new TreecastError(
    'source-unreadable',
    `${name} cannot be read: HTTP status ${status}, ${advice(status)}`
  )
}

function advice(status: number): string {
  if (status === 401 || status === 403) return 'it is not for everyone; put user:password@ before its host'
  if (status === 404 || status === 410)
    return 'there is no such stream; check the address, and that it is on the air'
  if (status === 429 || status === 503) return 'the server is full; try again later'
  if (status >= 500) return 'the server failed; look into its log'
  if (status >= 300 && status < 400) return 'a redirection to nowhere; give the address it should lead to'
  return 'where 200 was expected; check the address'
}

function parse(address: string, name: string, base?: URL): URL {
  const url = URL.canParse(address, base?.href) ? new URL(address, base) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  const where = base === undefined ? 'it' : `it redirects to ${address}, which`
  throw new TreecastError(
    'source-unreadable',
    `${name} cannot be read: ${where} is no http or https address; correct it`
  )
}

/** The address without the password, which has no place in a log. */
export function publicName(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]+:\/\/)[^/@]*@/i, '$1')
}
