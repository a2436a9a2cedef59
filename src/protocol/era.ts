/** Everything that lives and dies with one show, however often its key changes: the show as it is here, the way up and the way down. */

import { DEFAULT_BUFFER_MS, DEFAULT_PARENTS, DEFAULT_SPARES } from './limits.js'
import type { Notice } from './notice.js'
import { Show } from './media/show.js'
import type { Mandate } from './media/succession.js'
import type { PeerOptions } from './peer-options.js'
import type { Random } from './random.js'
import { Downstream } from './tree/downstream.js'
import type { Neighbourhood } from './tree/neighbourhood.js'
import { Upstream } from './tree/upstream.js'
import type { ShortId } from './wire/record.js'

export interface Era {
  readonly show: Show<number>
  /** Absent at the origin. */
  readonly upstream: Upstream | undefined
  readonly downstream: Downstream
}

export interface EraOptions {
  readonly mandate: Mandate
  readonly options: PeerOptions
  readonly self: ShortId
  readonly hood: Neighbourhood
  readonly random: Random
  readonly isOrigin: boolean
  /** Copies of the show that may be uploaded; not always a whole number. */
  readonly copies: number
  readonly notice: (notice: Notice) => void
}

export function beginEra(given: EraOptions, now: number): Era {
  const { mandate, options, self, hood, random, isOrigin, copies, notice } = given
  const { stripes } = mandate.certificate
  const { pace = 'eager', bufferMs = DEFAULT_BUFFER_MS, recording = false } = options
  const { parents = DEFAULT_PARENTS, spares = DEFAULT_SPARES } = options
  const show = new Show<number>(mandate, { pace, bufferMs, recording })
  const upstream = isOrigin
    ? undefined
    : new Upstream(
        { epochs: show, stripes, parents, spares, isRoot: options.role === 'root' },
        self,
        hood,
        random,
        notice,
        now
      )
  const pathTo = (stripe: number): readonly ShortId[] | undefined => {
    if (upstream === undefined) return []
    return upstream.feeds.isRooted(stripe) ? upstream.feeds.pathOf(stripe) : undefined
  }
  const slots = Math.floor(copies * stripes)
  const slotsPerStripe = isOrigin ? Math.floor(copies) : slots
  const limits = { epochs: show, stripes, slots, slotsPerStripe, children: options.maxPeers ?? Infinity }
  const downstream = new Downstream(limits, self, hood, pathTo)
  return { show, upstream, downstream }
}
