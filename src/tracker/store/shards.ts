/** The keys of a broadcast in a Redis, in shards: as many processors can carry a hot one where it is a cluster, and no script looks at all of it. */

import { createHash } from 'node:crypto'
import { MAX_BROADCASTS } from '../../protocol/limits.js'
import type { PeerId } from '../../protocol/wire/record.js'
import { SHARD_KEYS } from './redis-scripts.js'

/** Of each broadcast. */
export const SHARDS = 8

/** Before all our keys. */
export const PREFIX = 'treecast:'

/** What scripts of one shard are given. */
export function keysOf(shard: string): string[] {
  return SHARD_KEYS.map((key) => shard + key)
}

/** The members of a shard of whom one session has told. */
export function ownKey(shard: string, session: Buffer): string {
  return `${shard}own:${session.toString('hex')}`
}

/** Before the keys of a shard: its tag, and nothing of the broadcast that could be mistaken for one. */
export function shardsOf(broadcast: string): string[] {
  const known = shardNames.get(broadcast)
  if (known !== undefined) return known
  const name = createHash('sha256').update(broadcast).digest('hex').slice(0, 32)
  const names = Array.from({ length: SHARDS }, (_, shard) => `${PREFIX}{${name}/${shard}}:`)
  if (shardNames.size >= MAX_BROADCASTS) shardNames.clear()
  shardNames.set(broadcast, names)
  return names
}
const shardNames = new Map<string, string[]>()

/** Where a member stands. */
export function shardOf(broadcast: string, id: PeerId): string {
  return shardsOf(broadcast)[id.at(-1)! % SHARDS]!
}
