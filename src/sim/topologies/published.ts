/** What others have published of each topology, or what follows from its shape, and whether it comes out here. */

import { HEADER_BYTES } from '../network.js'
import type { Result } from '../results/result.js'
import { readScenario } from '../scenario/schema.js'
import { simulate } from '../simulate.js'
import { gossip } from './gossip.js'
import { MAP_BYTES } from './mesh/messages.js'

export interface Published {
  readonly topology: string
  readonly claim: string
  readonly source: string
  /** How it is measured here, and what differs. */
  readonly how: string
  /** The range in which the claim is held. */
  readonly least: number
  readonly most: number
  readonly measure: (seed: number) => Promise<number>
}

const CALM = {
  name: 'calm',
  show: { seconds: 20 },
  crowd: { arrivals: { within: { fromS: -60, forS: 40 } }, leaves: 0, uplink: { sigma: 0 } },
  network: { loss: { fixed: 0, mobile: 0 }, nat: false }
}

const calm = (peers: number, more: object = {}): ReturnType<typeof readScenario> =>
  readScenario({ ...CALM, peers, ...more }, 'calm')

/** All there at once, as in simulations of the authors. */
const TOGETHER = {
  crowd: { ...CALM.crowd, arrivals: { within: { fromS: -60, forS: 0 } } },
  show: { seconds: 10 }
}

export const published: readonly Published[] = [
  {
    topology: 'star',
    claim: 'the origin uploads a copy for each listener: 60',
    source: 'closed form',
    how: 'originCopies of 60 listeners',
    least: 60,
    most: 60,
    measure: async (seed) => (await simulate(calm(60), { topology: 'star', seed })).summary.originCopies
  },
  {
    topology: 'tree',
    claim: 'with degree 4 the median of 340 listeners is log₄ 340 ≈ 4 links deep',
    source: 'closed form: a full tree of degree 4 holds 4 + 16 + 64 + 256 = 340 in four levels',
    how: 'median of depth, four slots each; within one level, since who joins goes down at random',
    least: 4,
    most: 5,
    measure: async (seed) => {
      const scenario = calm(340, { origin: { maxChildren: 4 } })
      return (await simulate(scenario, { topology: 'tree', seed })).summary.depth.p50
    }
  },
  {
    topology: 'twofold',
    claim: 'every packet arrives twice',
    source: 'closed form',
    how: 'copies, 60 listeners; who lacks a second parent at a moment lowers it',
    least: 1.98,
    most: 2,
    measure: async (seed) => (await simulate(calm(60), { topology: 'twofold', seed })).summary.copies
  },
  {
    topology: 'mesh',
    claim: 'control stays below about 2 % of a stream of 500 kbit/s with four to six partners',
    source:
      'Zhang, Liu, Li, Yum, "CoolStreaming/DONet", INFOCOM 2005, as it is commonly cited: its text was not at hand',
    how: 'maps and requests, each with the 85 bytes of headers of this network, over packets, at five partners; 0.2 % without headers',
    least: 0,
    most: 0.02,
    measure: async (seed) => {
      const scenario = calm(100)
      const fast = { ...scenario, show: { ...scenario.show, kbps: 500 } }
      return shareOnTheWire(await simulate(fast, { topology: 'mesh', seed }))
    }
  },
  {
    topology: 'gossip',
    claim: 'with D = 6 and D_high = 7, traffic is five to six times the ideal',
    source:
      'Nashatyrev, "Gossip pubsub simulation in the context of Beacon Chain", 2020, hackmd.io/@nashatyrev/SJ0Si4HRS',
    how: 'copies, 250 peers that come together',
    least: 5,
    most: 6,
    measure: async (seed) => {
      const topology = gossip({ d: 6, dLow: 5, dHigh: 7 })
      return (await simulate(calm(250, TOGETHER), { topology, seed })).summary.copies
    }
  },
  {
    topology: 'gossip',
    claim: 'with D = 6 and D_high = 12, a packet comes 6 to 6.6 times: the mean degree of the mesh less one',
    source:
      'no figure of others: what the parameters of GossipSub v1.1 come to, as nothing goes back to its sender; a rough model gave 6.5',
    how: 'copies, 250 peers that come together; who come one by one over a minute make it 8 to 9, as each brings six links',
    least: 6,
    most: 6.6,
    measure: async (seed) =>
      (await simulate(calm(250, TOGETHER), { topology: 'gossip', seed })).summary.copies
  },
  {
    topology: 'plumtree',
    claim: 'relative message redundancy, packets/(n − 1) − 1, is close to 0 once the tree is laid',
    source:
      'Leitão, Pereira, Rodrigues, "Epidemic broadcast trees", SRDS 2007: the measure is theirs, the bound of 0.05 ours',
    how: 'copies less 1, of 200 peers; it holds the floods that lay the tree',
    least: 0,
    most: 0.05,
    measure: async (seed) => (await simulate(calm(200), { topology: 'plumtree', seed })).summary.copies - 1
  }
]

/** All control messages of the mesh have the same length: what headers add is known. */
function shareOnTheWire({ timeline }: Result): number {
  let control = 0
  let data = 0
  for (const { controlKbps, originKbps, peersKbps } of timeline.slice(5)) {
    control += (controlKbps * (MAP_BYTES + HEADER_BYTES)) / MAP_BYTES
    data += originKbps + peersKbps
  }
  return control / data
}
