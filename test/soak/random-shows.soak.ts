import process from 'node:process'
import { expectWell } from '../sim/random-show.js'

/** SEEDS=10000 npm run soak -- -g random */
const SEEDS = Number(process.env.SEEDS ?? 1_000)
const FIRST = Number(process.env.FIRST_SEED ?? 101)

describe('random shows with faults, as many as are asked for', () => {
  for (let first = FIRST; first < FIRST + SEEDS; first += 100) {
    const last = Math.min(first + 100, FIRST + SEEDS) - 1
    it(`seeds ${first} to ${last}`, function () {
      this.timeout(600_000)
      for (let seed = first; seed <= last; seed++) expectWell(seed)
    })
  }
})
