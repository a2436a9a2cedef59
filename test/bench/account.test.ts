import { expect } from 'chai'
import { accountOf, IN_TIME_MS } from '../../bench/rivals/account.js'

const SECONDS = 20
const RATE = 10
/** Ten a second for twenty seconds. */
const SENT = Array.from({ length: SECONDS * RATE }, (_, number) => number * (1000 / RATE))
const PHASE = { begin: 5000, end: 18_000 }
/** The second before a fault is counted to it, and the last one is not. */
const COUNTED = SENT.filter((at) => at >= 4000 && at < 17_000).length

const heardAll = SENT.map((at) => at + 7)

function without(from: number, to: number): (number | undefined)[] {
  return heardAll.map((at, number) => (SENT[number]! >= from && SENT[number]! < to ? undefined : at))
}

describe('the account of a run beside its rivals', () => {
  it('who hears everything has missed nothing, and no gap is longer than the time between two messages', () => {
    const heard = accountOf(SENT, [heardAll], PHASE)
    expect(heard).to.deep.include({
      missed: 0,
      peersThatMissed: 0,
      whole: 0,
      never: 0,
      delayP50: 7,
      delayP99: 7
    })
    expect(heard.longestGap).to.equal(100)
  })

  it('a hole is a gap, is missed, and is over when the last of it was made', () => {
    const heard = accountOf(SENT, [heardAll, without(6000, 9000)], PHASE)
    expect(heard.longestGap).to.equal(3100)
    expect(heard.missed).to.equal(30 / (2 * COUNTED))
    expect(heard).to.deep.include({ peersThatMissed: 1, whole: 3900, never: 0 })
  })

  it('what comes later than a listener waits is missed all the same', () => {
    const late = SENT.map((at, number) => at + (number === 60 ? IN_TIME_MS + 1 : 7))
    expect(accountOf(SENT, [late], PHASE)).to.deep.include({ missed: 1 / COUNTED, peersThatMissed: 1 })
  })

  it('who hears nothing any more is said never to recover', () => {
    const heard = accountOf(SENT, [heardAll, without(6000, Infinity)], PHASE)
    expect(heard.never).to.equal(1)
    expect(heard.longestGap).to.equal(18_000 - 5907)
  })
})
