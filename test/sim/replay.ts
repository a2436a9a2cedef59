/**
 * Plays the random show of a seed again, and tells every step on stdout:
 *
 *     node --import tsx test/sim/replay.ts SEED [PEER]
 */

import process from 'node:process'
import type { Input, Output } from '../../src/protocol/machine.js'
import { decodeMessages } from '../../src/protocol/wire/tracker-side.js'
import { playRandomShow } from './random-show.js'

const [seed, only] = process.argv.slice(2).map(Number)
if (seed === undefined || !Number.isInteger(seed)) {
  console.error('which seed? node --import tsx test/sim/replay.ts SEED [PEER]')
  process.exit(2)
}

const { scenario, problems } = playRandomShow(seed, (world) => ({ host }, input, outputs) => {
  if (only !== undefined && host.self !== only) return
  const line = `${(world.showMs / 1000).toFixed(3)} ${host.self} ${describeInput(input)}`
  const told = outputs.map(describeOutput).filter((text) => text !== '')
  console.log(told.length === 0 ? line : `${line} → ${told.join(', ')}`)
})
console.log(JSON.stringify(scenario))
for (const problem of problems) console.log(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function describeInput(input: Input): string {
  if (input.type === 'received') return `link ${input.link}: ${messagesIn(input.bytes)}`
  return 'link' in input ? `${input.type} link ${input.link}` : input.type
}

function describeOutput(output: Output): string {
  switch (output.type) {
    case 'send':
      return `link ${output.link}: ${messagesIn(output.bytes)}`
    case 'data':
      return `packet on link ${output.link}`
    case 'notice':
      return output.notice.event
    case 'verify':
    case 'play':
      return ''
    default:
      return output.type
  }
}

function messagesIn(bytes: Uint8Array): string {
  return decodeMessages(bytes)
    .map((message) => message.type)
    .join(' ')
}
