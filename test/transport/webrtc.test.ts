import { expect } from 'chai'

import { decodeSignalBody, encodeSignalBody, signalMessage } from '../../src/protocol/wire/signal.js'
import { type Link, DialError } from '../../src/transport/link.js'
import { nativeWebRtc } from '../../src/transport/webrtc/native.js'
import { keysFromSeed } from '../protocol/world.js'
import { LIMITS, linkContract } from './contract.js'
import { numbered, Recorder, until } from './recorder.js'
import { transportContract } from './transport-contract.js'
import { id, webRtcBed, WebRtcNetwork } from './webrtc-bed.js'

describe('transport: WebRTC', function () {
  this.timeout(30_000)

  linkContract(webRtcBed)
  transportContract(() => {
    const network = new WebRtcNetwork()
    return {
      id,
      nowhere: '/ip4/127.0.0.1/tcp/1',
      isFoundByName: true,
      make: (ownId, limits) =>
        network.make(
          [0, 1, 2, 3].find((index) => id(index)[0] === ownId[0])!,
          limits
        )
    }
  })

  describe('negotiation', () => {
    let network: WebRtcNetwork
    beforeEach(() => (network = new WebRtcNetwork()))
    afterEach(() => network.close())

    const failure = async (dial: Promise<Link>): Promise<string> => {
      const result: unknown = await dial.catch((error: unknown) => error)
      expect(result).to.be.instanceOf(DialError)
      return (result as Error).message
    }

    it('takes an offer, an answer, and little more', async () => {
      const [near, far] = [await network.make(1, LIMITS), await network.make(2, LIMITS)]
      const kinds: string[] = []
      network.onSignal = (_, __, body) => {
        kinds.push(decodeSignalBody(body).body.content.kind)
        return body
      }
      far.onLink = () => undefined
      await near.dial(id(2), far.addresses)
      expect(kinds.filter((kind) => kind === 'offer')).to.have.length(1)
      expect(kinds.filter((kind) => kind === 'answer')).to.have.length(1)
      expect(kinds).to.have.length.at.most(4)
    })

    it('uses a connection again when the same two peers meet again', async () => {
      const [near, far] = [await network.make(1, LIMITS), await network.make(2, LIMITS)]
      const accepted: Recorder[] = []
      far.onLink = (link) => accepted.push(new Recorder(link))
      for (let round = 0; round < 5; round++) {
        const end = new Recorder(await near.dial(id(2), ['/webrtc']))
        end.link.send('control', numbered(round, 10))
        await until(() => accepted[round]?.messages.length === 1)
        end.link.close()
        await until(() => end.ends.length === 1 && accepted[round]!.ends.length === 1)
      }
      expect([near.counts, far.counts]).to.deep.equal([
        { open: 1, made: 1 },
        { open: 1, made: 1 }
      ])
    })

    it('leaves nothing behind when the transport closes', async () => {
      const [near, far] = [await network.make(1, LIMITS), await network.make(2, LIMITS)]
      const accepted: Recorder[] = []
      far.onLink = (link) => accepted.push(new Recorder(link))
      await near.dial(id(2), far.addresses)
      await until(() => accepted.length === 1)
      await near.close()
      await until(() => accepted[0]!.ends.length === 1)
      expect(accepted[0]!.ends).to.deep.equal(['remote'])
      await far.close()
      expect([near.counts.open, far.counts.open]).to.deep.equal([0, 0])
    })

    it('fails at once where nobody can bring the offer, and says so', async () => {
      const near = await network.make(1, LIMITS)
      expect(await failure(near.dial(id(2), ['/webrtc']))).to.include(
        'nobody who is here can bring it our offer'
      )
      expect(near.counts.open).to.equal(0)
    })

    it('says that nobody answered, within its time', async () => {
      const [near] = [await network.make(1, LIMITS, { dialTimeoutMs: 300 }), await network.make(2, LIMITS)]
      network.onSignal = () => undefined
      expect(await failure(near.dial(id(2), ['/webrtc']))).to.include('does not answer within 300 ms')
    })

    it('names the other end’s reason when that refuses', async () => {
      const [near] = [await network.make(1, LIMITS), await network.make(2, LIMITS, { maxLinks: 0 })]
      expect(await failure(near.dial(id(2), ['/webrtc']))).to.include(
        'the peer refuses: all 0 links are in use'
      )
    })

    it('takes no answer that another has signed', async () => {
      const [near, far] = [
        await network.make(1, LIMITS, { dialTimeoutMs: 1_000 }),
        await network.make(2, LIMITS)
      ]
      const mallory = keysFromSeed(666)
      let accepted = 0
      far.onLink = () => accepted++
      network.onSignal = (from, to, body) => {
        const { unsigned } = decodeSignalBody(body)
        if (unsigned[0] !== 1) return body
        const forged = mallory.sign(signalMessage(from, to, unsigned))
        return new Uint8Array(Buffer.concat([unsigned, forged]))
      }
      expect(await failure(near.dial(id(2), ['/webrtc']))).to.include('does not answer')
      expect(accepted).to.equal(0)
    })

    it('takes no offer whose description was changed on its way', async () => {
      const [near, far] = [
        await network.make(1, LIMITS, { dialTimeoutMs: 1_000 }),
        await network.make(2, LIMITS)
      ]
      network.onSignal = (_, __, body) => {
        const { body: value, signature } = decodeSignalBody(body)
        if (value.content.kind !== 'offer') return body
        const sdp = value.content.sdp.replace(/(a=fingerprint:sha-256 )../, '$100')
        const unsigned = encodeSignalBody({ ...value, content: { ...value.content, sdp } })
        return new Uint8Array(Buffer.concat([unsigned, signature]))
      }
      await failure(near.dial(id(2), ['/webrtc']))
      expect(far.counts.made).to.equal(0)
    })

    it('is begun anew where a connection breaks down while it is made', async () => {
      const native = (await nativeWebRtc('127.0.0.1'))!
      let toBreak = 1
      class Brittle extends native.RTCPeerConnection {
        override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
          if (toBreak-- > 0) return Promise.reject(new Error('it broke down'))
          return super.setRemoteDescription(description)
        }
      }
      const webRtc = { ...native, RTCPeerConnection: Brittle }
      const [near, far] = [await network.make(1, LIMITS, { webRtc }), await network.make(2, LIMITS)]
      far.onLink = () => undefined
      await near.dial(id(2), ['/webrtc'])
      expect(near.counts.made).to.be.at.least(2)

      toBreak = 4
      expect(await failure((await network.make(3, LIMITS, { webRtc })).dial(id(2), ['/webrtc']))).to.include(
        'it broke down'
      )
      expect(toBreak).to.equal(1)
    })

    it('gives up an offer that comes to nothing', async () => {
      const [near, far] = [
        await network.make(1, LIMITS, { dialTimeoutMs: 500 }),
        await network.make(2, LIMITS, { dialTimeoutMs: 500 })
      ]
      network.onSignal = (_, __, body) => (body[0] === 0 ? body : undefined)
      await failure(near.dial(id(2), ['/webrtc']))
      await until(() => far.counts.made === 1 && far.counts.open === 0)
    })

    it('holds out against garbage in the place of signals', async () => {
      const far = await network.make(2, LIMITS)
      for (let length = 0; length < 300; length++) {
        far.signalled(id(1), new Uint8Array(length).fill(length))
        far.signalled(new Uint8Array(32), new Uint8Array(length))
      }
      const near = await network.make(1, LIMITS)
      far.onLink = () => undefined
      await near.dial(id(2), ['/webrtc'])
      expect(far.counts.made).to.equal(1)
    })
  })
})
