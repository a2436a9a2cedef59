/** Both kinds of peers, with as many links as each asks its tracker to signal when it joins, and descriptions as long as a page's. */

import type { Message } from '../../src/protocol/wire/message.js'
import { decodeMessages, encodeMessage } from '../../src/protocol/wire/tracker-side.js'
import { ALL_WAYS, WEBRTC_ADDRESS } from '../../src/protocol/wire/ways.js'
import type { Speaker, Tongue, Voice } from './crowd.js'

/** Links that a newcomer has its tracker signal: treecast dials six candidates, WebTorrent's client makes five offers. */
export const DIALLED = { treecast: 6, bittorrent: 5 } as const

/** An SDP with its candidates, as Chromium makes it for one data channel. */
const SDP = 'v=0\r\n'.padEnd(900, 'a=candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host\r\n')

const broadcast = { publisher: new Uint8Array(32).fill(7), name: 'bench' }
const body = new TextEncoder().encode(SDP)

function idOf(n: number): Uint8Array {
  const id = new Uint8Array(32).fill(1)
  new DataView(id.buffer).setUint32(0, n)
  return id
}

/** JOIN; an offer to each of six that it is told of; LEASE when they feed it. Who gets an offer answers. */
export const treecast: Tongue = {
  name: 'treecast',
  speak(voice: Voice, n: number): Speaker {
    const from = idOf(n)
    const role = n === 0 ? 'origin' : 'listener'
    const lease: Message = { type: 'lease', freeSlots: 16, depth: 1 + (n % 5) }
    const say = (message: Message): void => voice.send(encodeMessage(message))
    const asked = new Set<number>()
    let isIn = false
    let isFed = false
    let isDone = false
    const offer = (to: Uint8Array): void => {
      asked.add(new DataView(to.buffer, to.byteOffset).getUint32(0))
      say({ type: 'signal', from, to, body })
    }
    const finish = (): void => {
      if (asked.size > 0 || isFed) return
      isFed = true
      say(lease)
    }
    say({
      type: 'join',
      minVersion: 1,
      maxVersion: 1,
      peerId: from,
      broadcast,
      role,
      freeSlots: 16,
      wanted: n === 0 ? 0 : 8,
      addresses: [WEBRTC_ADDRESS],
      ways: ALL_WAYS
    })
    return {
      heard(data) {
        for (const message of decodeMessages(new Uint8Array(data))) {
          if (message.type === 'welcome') {
            if (!isIn) {
              isIn = true
              voice.introduced()
              for (const { id } of message.candidates.slice(0, DIALLED.treecast)) offer(id)
              finish()
            } else if (isFed && !isDone) {
              isDone = true
              voice.done()
            }
          } else if (message.type === 'signal') {
            const other = new DataView(message.from.buffer, message.from.byteOffset).getUint32(0)
            if (asked.delete(other)) finish()
            else say({ type: 'signal', from, to: message.from, body })
          }
        }
      }
    }
  }
}

/** One announcement with five offers, as WebTorrent's client makes it. Who gets an offer answers. */
export const bittorrent: Tongue = {
  name: 'bittorrent-tracker',
  speak(voice: Voice, n: number): Speaker {
    const infoHash = '\u0007'.repeat(20)
    const peerId = `-WW0001-${String(n).padStart(12, '0')}`
    const offers = Array.from({ length: DIALLED.bittorrent }, (_, i) => ({
      offer: { type: 'offer', sdp: SDP },
      offer_id: `${String(n).padStart(18, '0')}${String(i).padStart(2, '0')}`
    }))
    const announce = { action: 'announce', info_hash: infoHash, peer_id: peerId }
    const transfer = { uploaded: 0, downloaded: 0, left: 1, event: 'started', numwant: offers.length }
    // A crowd of which some are there already: all of its offers find somebody, but for the first peers.
    let expected = Math.min(n, offers.length)
    let isIn = false
    const finish = (): void => {
      if (isIn && expected === 0) voice.done()
    }
    voice.send(JSON.stringify({ ...announce, ...transfer, offers }))
    return {
      heard(data) {
        const message = JSON.parse(data.toString()) as Record<string, unknown>
        if (message.answer !== undefined) {
          expected--
          finish()
        } else if (message.offer !== undefined) {
          voice.send(
            JSON.stringify({
              ...announce,
              to_peer_id: message.peer_id,
              answer: { type: 'answer', sdp: SDP },
              offer_id: message.offer_id
            })
          )
        } else if (!isIn) {
          isIn = true
          voice.introduced()
          finish()
        }
      }
    }
  }
}
