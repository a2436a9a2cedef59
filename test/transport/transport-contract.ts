/** What is expected of a {@link Transport} besides its links: who can be dialled, and what is left when it closes. */

import { expect } from 'chai'

import { DialError, type Link, type LinkLimits, type Transport } from '../../src/transport/link.js'
import { LIMITS } from './contract.js'
import { numbered, Recorder, turn, until } from './recorder.js'

export interface TransportBed {
  /** A transport that listens, for the peer with this id. */
  make(id: Uint8Array, limits: LinkLimits): Promise<Transport>
  /** The id of one of a few peers. */
  id(index: number): Uint8Array
  /** An address of the right kind where nobody listens. */
  readonly nowhere: string
  /** Peers are found by their ids, so that nobody else can answer. */
  readonly isFoundByName?: boolean
}

export function transportContract(makeBed: () => TransportBed): void {
  describe('dialling', () => {
    let bed: TransportBed
    let near: Transport
    let far: Transport
    let accepted: Recorder[]
    const [nearId, farId, otherId] = [1, 2, 3].map((index) => makeBed().id(index)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array
    ]

    beforeEach(async () => {
      bed = makeBed()
      near = await bed.make(nearId, LIMITS)
      far = await bed.make(farId, LIMITS)
      accepted = []
      far.onLink = (link) => accepted.push(new Recorder(link))
    })
    afterEach(() => Promise.all([near.close(), far.close()]))

    const failure = async (dial: Promise<Link>): Promise<Error> => {
      const result = await dial.then(
        () => new Error('it opened a link'),
        (error: unknown) => error as Error
      )
      expect(result).to.be.instanceOf(DialError)
      expect(result.message).to.not.include('\n')
      return result
    }

    it('gives each side a link that knows the other’s id', async () => {
      const link = await near.dial(farId, far.addresses)
      await until(() => accepted.length === 1)
      expect([...link.remoteId!]).to.deep.equal([...farId])
      expect([...accepted[0]!.link.remoteId!]).to.deep.equal([...nearId])
      expect(link.transport).to.equal(accepted[0]!.link.transport)
    })

    it('tries the addresses until one answers', async () => {
      const link = await near.dial(farId, [bed.nowhere, ...far.addresses])
      expect(link.send('data', numbered(1, 10))).to.equal(true)
    })

    it('fails where nobody listens, and without an address', async () => {
      await failure(near.dial(farId, [bed.nowhere]))
      await failure(near.dial(farId, []))
      await failure(near.dial(farId, ['what?']))
    })

    it('refuses a peer that is another', async () => {
      const { message } = await failure(near.dial(otherId, far.addresses))
      if (bed.isFoundByName !== true) expect(message).to.include('another peer answers')
      for (let index = 0; index < 5; index++) await turn()
      expect(accepted).to.deep.equal([])
    })

    it('can be aborted, before and on its way', async () => {
      expect((await failure(near.dial(farId, far.addresses, AbortSignal.abort()))).message).to.include(
        'abort'
      )
      const controller = new AbortController()
      const dial = near.dial(farId, far.addresses, controller.signal)
      controller.abort()
      expect((await failure(dial)).message).to.include('abort')
      await until(() => accepted.every((end) => end.ends.length === 1))
      await near.dial(farId, far.addresses)
    })

    it('of each other at once gives links that all work', async () => {
      const accepts: Recorder[] = []
      near.onLink = (link) => accepts.push(new Recorder(link))
      const links = await Promise.all([
        near.dial(farId, far.addresses),
        near.dial(farId, far.addresses),
        far.dial(nearId, near.addresses)
      ])
      for (const link of links) link.send('control', numbered(1, 10))
      await until(() => [...accepts, ...accepted].filter((end) => end.messages.length === 1).length === 3)
    })

    it('is possible again after a link has ended', async () => {
      for (let round = 0; round < 3; round++) {
        const end = new Recorder(await near.dial(farId, far.addresses))
        end.link.close()
        await until(() => end.ends.length === 1 && accepted.length === round + 1)
        await until(() => accepted[round]!.ends.length === 1)
        expect(accepted[round]!.ends).to.deep.equal(['remote'])
      }
    })

    it('closes links that nobody wants', async () => {
      const third = await bed.make(otherId, LIMITS)
      const end = new Recorder(await near.dial(otherId, third.addresses))
      await until(() => end.ends.length > 0)
      expect(end.ends).to.deep.equal(['remote'])
      await third.close()
    })

    it('ends with the transport, and so do its links', async () => {
      const end = new Recorder(await near.dial(farId, far.addresses))
      await until(() => accepted.length === 1)
      const late = failure(near.dial(farId, [bed.nowhere]))
      await near.close()
      await near.close()
      await late
      expect(end.ends).to.deep.equal(['closed'])
      await until(() => accepted[0]!.ends.length > 0)
      expect(accepted[0]!.ends).to.deep.equal(['remote'])
      await failure(near.dial(farId, far.addresses))
    })
  })
}
