import { expect } from 'chai'
import { DELAYING_MS, DEMOTE_AFTER_MS } from '../../../src/protocol/limits.js'
import { Feeds } from '../../../src/protocol/tree/feeds.js'

/** Four stripes, each granted by the link of its number. */
function granted(): Feeds {
  const feeds = new Feeds(4)
  for (let stripe = 0; stripe < 4; stripe++) {
    feeds.ask(stripe, stripe, -1, 0, 0)
    feeds.grant(stripe, 1 << stripe, 0)
  }
  return feeds
}

describe('Feeds', () => {
  it('knows which stripe has come much later than the quickest for too long', () => {
    const feeds = granted()
    for (let stripe = 0; stripe < 3; stripe++) feeds.heard(stripe, stripe, 4 + stripe, 100, 1_000)
    feeds.heard(3, 3, 7, 100 + DELAYING_MS + 1, 1_000)
    expect(feeds.delayed(1_000 + DEMOTE_AFTER_MS - 1)).to.equal(0)
    feeds.heard(3, 3, 11, 100 + DELAYING_MS + 1, 3_000)
    expect(feeds.delayed(1_000 + DEMOTE_AFTER_MS)).to.equal(0b1000)
  })

  it('begins anew with a packet in time, and with another parent', () => {
    const feeds = granted()
    feeds.heard(3, 3, 7, DELAYING_MS + 1, 1_000)
    feeds.heard(3, 3, 11, DELAYING_MS, 2_000)
    feeds.heard(3, 3, 15, DELAYING_MS + 1, 3_000)
    expect(feeds.delayed(2_999 + DEMOTE_AFTER_MS)).to.equal(0)
    feeds.drop(3, 0b1000, 4_000)
    feeds.ask(3, 9, 15, 0, 4_000)
    feeds.grant(9, 0b1000, 4_000)
    expect(feeds.delayed(4_000 + DEMOTE_AFTER_MS)).to.equal(0)
  })

  it('finds none late where all are', () => {
    const feeds = granted()
    for (let sequence = 4; sequence < 12; sequence++)
      feeds.heard(sequence % 4, sequence % 4, sequence, 700, 1_000)
    expect(feeds.delayed(1_000 + DEMOTE_AFTER_MS)).to.equal(0)
  })
})
