import { expect } from 'chai'
import process from 'node:process'
import { Random } from '../../src/protocol/random.js'
import { mutate } from '../fuzz/mutate.js'
import { parsers, parses, type Parser } from '../fuzz/parsers.js'

/** INPUTS=1000000 npm run soak -- -g strangers */
const INPUTS = Number(process.env.INPUTS ?? 100_000_000)
const SEED = Number(process.env.FUZZ_SEED ?? 1)

/** No input may take so long. What took longer once is tried again: the collector, or another process, may have had its turn. */
const SLOW_MS = 10
const TRIES = 5

/** Memory is compared in so many portions. */
const PORTIONS = 10

/** By so much memory may be larger at the end than after the first portion, MB: the tracker and the peer fill what is bounded. */
const GROWTH_MB = 16

describe('What reads strangers’ words, given as many inputs as are asked for', () => {
  for (const parser of parsers) {
    const inputs = Math.round((INPUTS * parser.share) / 1_000)
    it(`neither fails, hangs nor grows: ${inputs} ${parser.name}`, function () {
      this.timeout(0)
      const random = new Random(SEED)
      const used: number[] = []
      let slowest = 0
      for (let portion = 0; portion < PORTIONS; portion++) {
        slowest = Math.max(slowest, fuzz(parser, Math.ceil(inputs / PORTIONS), random))
        used.push(memoryMb())
      }
      const [first = 0, ...later] = used
      process.stdout.write(
        `      slowest ${slowest.toFixed(2)} ms; heap ${used.map((mb) => mb.toFixed(1)).join(' ')} MB\n`
      )
      expect(slowest).to.be.below(SLOW_MS)
      expect((later.at(-1) ?? first) - first).to.be.below(GROWTH_MB)
    })
  }
})

/** @returns how long the slowest of the inputs takes, ms */
function fuzz(parser: Parser, inputs: number, random: Random): number {
  let slowest = 0
  for (let i = 0; i < inputs; i++) {
    const bytes = mutate(parser.seeds[random.below(parser.seeds.length)]!, random)
    let took = timed(parser, bytes)
    for (let tries = 1; took >= SLOW_MS && tries < TRIES; tries++) took = Math.min(took, timed(parser, bytes))
    slowest = Math.max(slowest, took)
  }
  return slowest
}

function timed(parser: Parser, bytes: Uint8Array): number {
  const begun = performance.now()
  parses(parser, bytes)
  return performance.now() - begun
}

function memoryMb(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 1e6
}
