/** Does the work that a busy tracker asks for. Loaded where one asks. */

import { workIn, workMessage } from '../protocol/tracker/work.js'
import { NONCE_BYTES } from '../protocol/wire/message.js'
import type { Output } from '../protocol/machine.js'
import { encodeMessage } from '../protocol/wire/tracker-side.js'
import type { Link } from '../transport/link.js'
import type { DriverOptions } from './driver.js'
import type { Hash } from './platform.js'

/** Digests between two looks at the world: a few milliseconds in a page. */
const BATCH = 256

/** Every so many times as many digests as the work takes in the mean it is not worth going on. */
const PATIENCE = 16

/** Does a `work`, and sends it if its link is still there by then. */
export async function work(
  { link, seed, bits }: Extract<Output, { type: 'work' }>,
  { hash, id }: Pick<DriverOptions, 'hash' | 'id'>,
  links: ReadonlyMap<number, Link>
): Promise<void> {
  const nonce = await findWork(hash, seed, id, bits, () => links.has(link))
  if (nonce !== undefined) links.get(link)?.send('control', encodeMessage({ type: 'work', nonce }))
}

/**
 * @param isWanted is asked now and then whether anybody still waits for it.
 * @returns the nonce, or undefined if nobody waits any more.
 */
export async function findWork(
  hash: Hash,
  seed: Uint8Array,
  peer: Uint8Array,
  bits: number,
  isWanted: () => boolean
): Promise<Uint8Array | undefined> {
  // What Node.js answers at once would leave no turn to anybody; a browser's digests are turns of their own.
  const isAtOnce = !(hash(seed) instanceof Promise)
  for (let first = 0; first < PATIENCE * 2 ** bits && isWanted(); first += BATCH) {
    const nonces = Array.from({ length: BATCH }, (_, i) => nonceOf(first + i))
    const digests = await Promise.all(
      nonces.map((nonce) => Promise.resolve(hash(workMessage(seed, peer, nonce))))
    )
    const found = digests.findIndex((digest) => workIn(digest) >= bits)
    if (found >= 0) return nonces[found]
    if (isAtOnce) await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return undefined
}

function nonceOf(n: number): Uint8Array {
  const nonce = new Uint8Array(NONCE_BYTES)
  new DataView(nonce.buffer).setFloat64(0, n)
  return nonce
}
