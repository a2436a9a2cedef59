/** What a simulated show of real peers costs: one core, no checkers, modelled signatures. */

import v8 from 'node:v8'
import vm from 'node:vm'
import { readScenario } from '../../src/sim/scenario/schema.js'
import { treecast } from '../../src/sim/topologies/treecast/index.js'
import { LEAD_MS, World } from '../../src/sim/world.js'

v8.setFlagsFromString('--expose-gc')
const collect = vm.runInNewContext('gc') as () => void

export interface ExactRate {
  readonly peers: number
  readonly seconds: number
  readonly wallS: number
  readonly cpuS: number
  readonly events: number
  readonly deliveries: number
  readonly bytesPerPeer: number
}

/** A calm show, to which all come in the minute before: the time before its begin is measured as well. */
export function measureExact(peers: number, seconds: number): ExactRate {
  const scenario = readScenario(
    { name: 'bench', peers, show: { seconds }, crowd: { arrivals: { within: { fromS: -60, forS: 60 } } } },
    'the benchmark'
  )
  collect()
  const before = inUse()
  const begun = performance.now()
  const cpu = process.cpuUsage()
  const world = new World(scenario, treecast(), 1)
  world.runTo(LEAD_MS + seconds * 1000)
  const { user, system } = process.cpuUsage(cpu)
  const wallS = (performance.now() - begun) / 1000
  collect()
  return {
    peers,
    seconds,
    wallS,
    cpuS: (user + system) / 1e6,
    events: world.queue.handled,
    deliveries: world.counters.packetsArrived,
    bytesPerPeer: (inUse() - before) / peers
  }
}

function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
