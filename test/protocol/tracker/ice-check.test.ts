import { expect } from 'chai'
import { allowedIn } from '../../../src/protocol/tracker/ice-check.js'
import { encodeSignalBody, type SignalContent } from '../../../src/protocol/wire/signal.js'

const line = (address: string, port = 40_000, type = 'host'): string =>
  `candidate:1 1 udp 2122260223 ${address} ${port} typ ${type}`
const bodyOf = (content: SignalContent): Uint8Array => {
  const unsigned = encodeSignalBody({ negotiation: 1, content })
  return Uint8Array.of(...unsigned, ...new Uint8Array(64))
}
const offer = (...candidates: string[]): Uint8Array =>
  bodyOf({
    kind: 'offer',
    sdp: 'v=0\r\n',
    candidates: candidates.map((candidate) => ({ candidate, sdpMid: '0', sdpMLineIndex: 0 }))
  })

/** For which of these candidates a tracker vouches. */
function vouched(candidates: string[], from?: string, to?: string, turn?: string): string[] {
  const allowed = allowedIn(offer(...candidates), from, to, { isRelay: (address) => address === turn })
  return candidates.filter((_, i) => (allowed & (1 << i)) !== 0).map((each) => each.split(' ')[4]!)
}

describe('ICE candidates in a signal', () => {
  const mdns = '9b36eaac-bb2e-49bb-bb78-21c41c499900.local'

  it('of the address that the sender came from are vouched for, and of nobody else', () => {
    const all = [
      line('198.51.100.1'),
      line('203.0.113.9'),
      line('192.168.1.7'),
      line('127.0.0.1'),
      line(mdns)
    ]
    expect(vouched(all, '198.51.100.1', '192.0.2.2')).to.deep.equal(['198.51.100.1', mdns])
    expect(vouched([line('::ffff:198.51.100.1')], '198.51.100.1')).to.have.length(1)
    expect(vouched([line('2001:DB8::1'), line('2001:db8::2')], '2001:db8::1')).to.deep.equal(['2001:DB8::1'])
    expect(vouched(all)).to.deep.equal([mdns])
  })

  it('of a private network are vouched for where both come from one place, or the sender from such a network', () => {
    const all = [line('192.168.1.7'), line('203.0.113.9')]
    expect(vouched(all, '198.51.100.1', '198.51.100.1')).to.deep.equal(['192.168.1.7'])
    expect(vouched(all, '10.0.0.7', '192.0.2.2')).to.deep.equal(['192.168.1.7'])
    expect(vouched([line('127.0.0.77'), line('127.0.0.1')], '127.0.0.1')).to.deep.equal(['127.0.0.1'])
  })

  it('of a TURN server are vouched for where the operator knows it', () => {
    const all = [line('203.0.113.5', 40_000, 'relay'), line('203.0.113.6', 40_000, 'relay')]
    expect(vouched(all, '198.51.100.1', undefined, '203.0.113.5')).to.deep.equal(['203.0.113.5'])
  })

  it('that are none, or lead to a port of other services, are not', () => {
    const from = '198.51.100.1'
    const bad = [
      line(from, 53),
      line(from, 70_000),
      line('host.example'),
      line('evil.local.example'),
      'candidate:',
      ''
    ]
    expect(vouched(bad, from)).to.deep.equal([])
    expect(allowedIn(Uint8Array.of(1, 2, 3), from, from, { isRelay: () => true })).to.equal(0)
    expect(
      allowedIn(bodyOf({ kind: 'refused', reason: 'no' }), from, from, { isRelay: () => true })
    ).to.equal(0)
  })
})
