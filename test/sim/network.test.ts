import { expect } from 'chai'
import { stream } from '../../src/sim/draws.js'
import { inOneRoom } from '../../src/sim/geography.js'
import { NAT } from '../../src/sim/nat.js'
import { HEADER_BYTES, LINE_QUEUE_MS, type Line, LOST, Network } from '../../src/sim/network.js'

const LINE: Line = { place: inOneRoom(100), nat: NAT.open, uplinkKbps: Infinity, loss: 0 }
const PLAIN = { jitterMs: 0, lossBurst: 3, duplicates: 0, reordering: 0 }

function pair(
  line: Partial<Line> = {},
  options: Partial<typeof PLAIN> = {}
): { network: Network; end: number } {
  const network = new Network({ ...PLAIN, ...options }, stream(1, 'test'))
  const host = network.add({ ...LINE, ...line })
  return { network, end: network.open(host, network.add(LINE)) }
}

describe('the virtual network', () => {
  it('takes half a round trip one way', () => {
    const { network, end } = pair()
    expect(network.datagram(end, 100, 7)).to.equal(57)
    expect(network.control(end + 1, 100, 7)).to.equal(57)
  })

  it('loses the share of datagrams that was asked for, in bursts', () => {
    const { network, end } = pair({ loss: 0.05 })
    const lost = Array.from({ length: 200_000 }, () => network.datagram(end, 100, 0) === LOST)
    const share = lost.filter(Boolean).length / lost.length
    const bursts = lost.filter((isLost, i) => isLost && lost[i - 1] !== true).length
    expect(share).to.be.closeTo(0.05, 0.005)
    expect((share * lost.length) / bursts).to.be.closeTo(3, 0.2)
  })

  it('loses no control message, and keeps their order, by sending them again', () => {
    const { network, end } = pair({ loss: 0.3 }, { jitterMs: 20 })
    const times = Array.from({ length: 1_000 }, (_, i) => network.control(end, 100, i))
    expect(times).to.not.include(LOST)
    expect(times).to.deep.equal([...times].sort((a, b) => a - b))
    expect(Math.max(...times.map((at, i) => at - i))).to.be.above(250)
  })

  it('sends at the speed of the line, and drops what its buffer cannot hold', () => {
    const { network, end } = pair({ uplinkKbps: 80 })
    const bytes = 1_000 - HEADER_BYTES
    const times = Array.from({ length: 10 }, () => network.datagram(end, bytes, 0))
    const sent = times.filter((at) => at !== LOST)
    expect(sent.map((at) => at - 50)).to.deep.equal([100, 200, 300, 400, 500, 600])
    expect(sent.length).to.equal(LINE_QUEUE_MS / 100 + 1)
    expect(network.control(end, bytes, 0)).to.equal(750)
    expect(network.datagram(end, bytes, 700)).to.equal(850)
  })

  it('overtakes and doubles datagrams when told to', () => {
    const { network, end } = pair({}, { reordering: 0.25, duplicates: 0.1 })
    const times = Array.from({ length: 10_000 }, () => network.datagram(end, 1, 0))
    expect(times.filter((at) => at === 100).length / times.length).to.be.closeTo(0.25, 0.02)
    expect(times.filter(() => network.isDuplicated()).length / times.length).to.be.closeTo(0.1, 0.02)
  })

  it('cuts one direction and leaves the other', () => {
    const { network, end } = pair()
    network.partitions.add({ from: new Set([0]), to: new Set([1]) })
    expect(network.datagram(end, 1, 0)).to.equal(LOST)
    expect(network.control(end, 1, 0)).to.equal(LOST)
    expect(network.datagram(end + 1, 1, 0)).to.equal(50)
    expect(network.canConnect(0, 1)).to.equal(false)
  })
})
