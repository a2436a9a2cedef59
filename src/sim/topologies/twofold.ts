/** Every stripe from two different parents, whose second copy is dropped: redundancy instead of repair. */

import type { Topology } from '../topology.js'
import { Feeds } from './trees/feeds.js'

export function twofold(): Topology {
  return {
    name: 'twofold',
    about:
      'Each stripe from two parents at once, duplicates dropped: a fault costs nothing while one of them is well.',
    join: (host, setting) => new Feeds(host, setting, setting.scenario.show.stripes, 2)
  }
}
