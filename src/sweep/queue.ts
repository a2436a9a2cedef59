/**
 * A queue of cells in a Redis, by the optional package bullmq. Cells wait there by their ids, so that one which two sweeps want is simulated
 * once; results stay for a day. Versions have queues of their own: a worker never simulates for another version.
 */

import { TreecastError } from '../protocol/errors.js'
import type { Cell, CellResult } from './cell.js'

export type BullMq = typeof import('bullmq')

export interface Job {
  readonly cell: Cell
}

export interface QueueAccess {
  readonly bullmq: BullMq
  readonly name: string
  /** Without its secrets. */
  readonly address: string
  readonly connection: { readonly url: string; readonly maxRetriesPerRequest: null }
}

export type CellJob = import('bullmq').Job<Job, CellResult>

/** How long results wait for who wants them, s. */
export const KEPT_S = 24 * 3_600

const CONNECT_TIMEOUT_MS = 5_000

/**
 * @throws TreecastError `bad-option` where bullmq or ioredis is not installed, or the URL is none; `no-redis` where nobody answers
 */
export async function openQueue(url: string, version: string): Promise<QueueAccess> {
  const address = withoutSecrets(url)
  const [bullmq, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]).catch(
    (error: unknown) => {
      throw new TreecastError(
        'bad-option',
        '--redis needs the optional packages bullmq and ioredis: npm install bullmq ioredis',
        { cause: error }
      )
    }
  )
  const probe = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: () => null
  })
  let why = ''
  probe.on('error', (error: Error) => (why = error.message))
  try {
    await probe.connect()
    await probe.ping()
  } catch (error) {
    throw new TreecastError(
      'no-redis',
      `${address} does not answer: ${why || (error as Error).message}; is a Redis running there?`,
      { cause: error }
    )
  } finally {
    probe.disconnect()
  }
  const connection = { url, maxRetriesPerRequest: null }
  return { bullmq, name: `treecast-cells-${version}`, address, connection }
}

function withoutSecrets(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw new TreecastError('bad-option', '--redis is no URL of a Redis; expected redis://host:port')
  return `${url.protocol}//${url.host}${url.pathname}`
}
