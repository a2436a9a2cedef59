import { type Garbage, linkContract } from './contract.js'
import { addressesOf, type Carrier, id, libp2pBed, make } from './libp2p-bed.js'
import { transportContract } from './transport-contract.js'
import type { Transport } from '../../src/transport/link.js'

const GOOD = Uint8Array.of(0, 3, 1, 2, 3)

const garbage: Garbage = {
  'a message of zero bytes': (raw) => raw.write(Uint8Array.of(...GOOD, 0, 0, 9)),
  'a message longer than allowed': (raw) => raw.write(Uint8Array.of(...GOOD, 0x40, 0x01, 9)),
  'an end in the middle of a message': (raw) => {
    raw.write(Uint8Array.of(...GOOD, 0, 9, 1))
    raw.finish()
  },
  'an end in the middle of a length': (raw) => {
    raw.write(Uint8Array.of(...GOOD, 0))
    raw.finish()
  }
}

const NOWHERE: Record<Carrier, string> = { tcp: '/ip4/127.0.0.1/tcp/1', ws: '/ip4/127.0.0.1/tcp/1/ws' }

for (const carrier of ['tcp', 'ws'] as const) {
  describe(`transport: libp2p over ${carrier}`, () => {
    linkContract(() => libp2pBed(carrier), garbage)
    transportContract(() => ({
      id,
      nowhere: NOWHERE[carrier],
      async make(ownId, limits) {
        const index = [0, 1, 2, 3].find((candidate) => id(candidate) === ownId)!
        return only(await make(index, limits), carrier)
      }
    }))
  })
}

/** The transport as one that has addresses of one carrier. */
function only(transport: Transport, carrier: Carrier): Transport {
  return Object.defineProperty(transport, 'addresses', { value: addressesOf(transport, carrier) })
}
