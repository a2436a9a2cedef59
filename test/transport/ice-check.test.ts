import { expect } from 'chai'
import type { SignalContent } from '../../src/protocol/wire/signal.js'
import { IceCheck } from '../../src/transport/webrtc/ice-check.js'

const content = (...addresses: string[]): SignalContent => ({
  kind: 'candidates',
  candidates: addresses.map((address) => ({
    candidate: `candidate:1 1 udp 1 ${address} 40000 typ host`,
    sdpMid: '0',
    sdpMLineIndex: 0
  }))
})
const left = (sifted: SignalContent): string[] =>
  sifted.kind === 'refused' ? [] : sifted.candidates.map(({ candidate }) => candidate.split(' ')[4]!)

describe('ICE candidates that come to a peer', () => {
  it('by a tracker are those for which it vouches', () => {
    const check = new IceCheck()
    const three = content('198.51.100.1', '203.0.113.9', '192.168.1.7')
    expect(left(check.sift(three, 0b101, 'a', 0))).to.deep.equal(['198.51.100.1', '192.168.1.7'])
    expect(left(check.sift(three, 0, 'a', 0))).to.deep.equal([])
  })

  it('by a neighbour are of two public addresses at most, and none of them again and again', () => {
    const check = new IceCheck()
    const three = content('198.51.100.1', '203.0.113.9', '192.0.2.1')
    expect(left(check.sift(three, undefined, 'a', 0))).to.deep.equal(['198.51.100.1', '203.0.113.9'])
    const one = content('198.51.100.1', 'abc.local', '192.168.1.7')
    expect(left(check.sift(one, undefined, 'a', 10)), 'later candidates of the same').to.have.length(3)
    expect(left(check.sift(one, undefined, 'b', 9_999))).to.deep.equal(['abc.local', '192.168.1.7'])
    expect(left(check.sift(one, undefined, 'c', 10_000))).to.have.length(3)
    const same = content('203.0.113.9', '203.0.113.9')
    expect(left(check.sift(same, undefined, 'd', 10_000)), 'once').to.have.length(1)
  })

  it('are not read where nobody checks them: within the description', () => {
    const sdp = 'v=0\r\na=mid:0\r\na=candidate:1 1 udp 1 203.0.113.9 40000 typ host\r\na=setup:actpass\r\n'
    const sifted = new IceCheck().sift({ kind: 'offer', sdp, candidates: [] }, 0xffff, 'a', 0)
    expect(sifted).to.deep.include({ sdp: 'v=0\r\na=mid:0\r\na=setup:actpass\r\n' })
  })
})
