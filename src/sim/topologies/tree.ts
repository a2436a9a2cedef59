/** One tree, in which each peer has one parent and nobody is spare: the classical overlay multicast that all others answer. */

import type { Topology } from '../topology.js'
import { Feeds } from './trees/feeds.js'

export function tree(): Topology {
  return {
    name: 'tree',
    about: 'One tree, one parent, no spares: overlay multicast as HMTP does it (Zhang, Jamin, Zhang 2002).',
    join: (host, setting) => new Feeds(host, setting, 1, 1)
  }
}
