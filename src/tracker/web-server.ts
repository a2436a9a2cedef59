/** The HTTP server, with TLS of its own or without, and its limits. */

import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TreecastError } from '../protocol/errors.js'
import { cannotListenOn } from '../transport/cannot-listen.js'
import {
  BACKLOG,
  HEADERS_TIMEOUT_MS,
  MAX_HEADER_BYTES,
  MAX_REQUESTS_PER_SOCKET,
  REQUEST_TIMEOUT_MS,
  TIMEOUT_CHECK_MS
} from './limits.js'
import { DEFAULT_TRACKER_PORT, type TrackerOptions } from './options.js'

export type AnyServer = Server | TlsServer

/** @throws TreecastError `bad-option` for a certificate that is none. */
export function makeServer(tls: TrackerOptions['tls']): AnyServer {
  const options = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    maxHeaderSize: MAX_HEADER_BYTES
  }
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, handshakeTimeout: HEADERS_TIMEOUT_MS })
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  if (tls !== undefined) readCertificate(server as TlsServer, tls)
  return server
}

/** @throws TreecastError `cannot-listen`. */
export async function listen(
  server: AnyServer,
  { host, port = DEFAULT_TRACKER_PORT }: TrackerOptions
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(cannotListenOn(host ?? 'all addresses', port, error.code, error))
    )
    server.listen({ port, host, backlog: BACKLOG }, resolve)
  })
}

/** Where a server that listens is reached: ws://host:port, or wss://. */
export function urlOf(server: AnyServer, { host, tls }: TrackerOptions): string {
  const { port, address, family } = server.address() as AddressInfo
  const everywhere = address === '::' || address === '0.0.0.0'
  const name = everywhere ? '127.0.0.1' : (host ?? address)
  const scheme = tls === undefined ? 'ws' : 'wss'
  return `${scheme}://${family === 'IPv6' && name.includes(':') ? `[${name}]` : name}:${port}`
}

/**
 * Reads a certificate and its key, for those who connect from now on.
 *
 * @throws TreecastError `bad-option`; the old one stays.
 */
export function readCertificate(server: TlsServer, { cert, key }: NonNullable<TrackerOptions['tls']>): void {
  const read = (path: string, what: string): Buffer => {
    try {
      return readFileSync(path)
    } catch (error) {
      throw badTls(`cannot read the ${what} ${path}: ${(error as Error).message}`, error)
    }
  }
  try {
    server.setSecureContext({ cert: read(cert, 'certificate'), key: read(key, "certificate's key") })
  } catch (error) {
    if (error instanceof TreecastError) throw error
    throw badTls(
      `${cert} and ${key} are no certificate and its key in PEM: ${(error as Error).message}`,
      error
    )
  }
}

function badTls(problem: string, cause: unknown): TreecastError {
  return new TreecastError('bad-option', `TLS: ${problem}`, { cause })
}
