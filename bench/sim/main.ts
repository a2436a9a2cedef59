/**
 * `npm run bench:sim -- [PEERS SECONDS]`: the simulator's speed and size on this machine. Default: 10,000 peers for 5
 * minutes of show, which takes a while; each row is printed when it is there.
 */

import process from 'node:process'
import { measureEventCore } from './event-core.js'
import { measureExact } from './exact.js'

const [peers = 10_000, seconds = 300] = process.argv.slice(2).map(Number)
const millions = (count: number): string => `${(count / 1e6).toFixed(1)} million`

console.log('The bare event queue, a show down a tree of four children each:\n')
console.log('| peers | events/s |\n| ---: | ---: |')
for (const [size, packets] of [
  [100_000, 100],
  [1_000_000, 10]
] as const) {
  const { perSecond } = measureEventCore(size, packets)
  console.log(`| ${size.toLocaleString('en')} | ${millions(perSecond)} |`)
}
console.log('\nReal peers, signatures modelled, no checkers, one core:\n')
console.log('| peers | show | wall | events/s | packet deliveries/s | bytes a peer |')
console.log('| ---: | ---: | ---: | ---: | ---: | ---: |')
const sizes = [[1_000, 60], ...(peers === 1_000 ? [] : [[peers, seconds]])] as const
for (const [size, length] of sizes) {
  const rate = measureExact(size, length)
  console.log(
    `| ${rate.peers.toLocaleString('en')} | ${rate.seconds} s | ${rate.wallS.toFixed(0)} s | ` +
      `${Math.round(rate.events / rate.cpuS).toLocaleString('en')} | ` +
      `${Math.round(rate.deliveries / rate.cpuS).toLocaleString('en')} | ${Math.round(rate.bytesPerPeer).toLocaleString('en')} |`
  )
}
