/** How a peer stands in the tree at this moment, for people and pictures. Nothing is decided by it. */

import type { Era } from './era.js'
import type { NeighbourStats } from './peer-options.js'
import type { Neighbourhood } from './tree/neighbourhood.js'
import { NO_STRIPES, stripesIn } from './tree/stripes.js'
import type { PeerId, ShortId } from './wire/record.js'

/** What stands for each stripe that is granted; undefined for the others. Nothing at the origin, whom nobody feeds. */
function forEachStripe<T>(
  era: Era | undefined,
  look: (stripe: number, feeds: NonNullable<Era['upstream']>['feeds']) => T
): (T | undefined)[] {
  if (era?.upstream === undefined) return []
  const { feeds } = era.upstream
  return Array.from({ length: era.show.stripes }, (_, stripe) =>
    feeds.isGranted(stripe) ? look(stripe, feeds) : undefined
  )
}

export function parentIdsOf(era: Era | undefined, hood: Neighbourhood): (PeerId | undefined)[] {
  return forEachStripe(era, (stripe, feeds) => {
    const parent = feeds.parentOf(stripe)
    return parent === undefined ? undefined : hood.get(parent)?.record?.id
  })
}

export function pathsOf(era: Era | undefined): (readonly ShortId[] | undefined)[] {
  return forEachStripe(era, (stripe, feeds) => feeds.pathOf(stripe))
}

export function neighboursOf(era: Era | undefined, hood: Neighbourhood): NeighbourStats[] {
  const { upstream, downstream } = era ?? {}
  return [...hood.ready()].map(({ link, record, depth, bytesIn, bytesOut }) => ({
    link,
    id: record!.id,
    depth,
    feeds: stripesIn(upstream?.feeds.stripesOf(link) ?? NO_STRIPES),
    fed: stripesIn(downstream?.children.stripesOf(link) ?? NO_STRIPES),
    isSpare: upstream?.feeds.spareLinks.has(link) ?? false,
    bytesIn,
    bytesOut
  }))
}
