/** From verified packets to what is heard. */

import { WireError } from '../wire/cursor.js'
import { type Packet, type Payload, readPayload } from '../wire/packet.js'
import type { Frame, StreamFormat } from './frame.js'

/** What a listener hears, in order. */
export type PlayoutItem =
  /** `streamStart` where a decoder begins anew. The frames belong to the listener. */
  | {
      readonly type: 'audio'
      readonly sequence: number
      readonly mediaTime: number
      readonly format: StreamFormat
      readonly streamStart: boolean
      readonly frames: readonly Frame[]
    }
  /** Packets that did not come in time. `samples` is the silence that they leave. */
  | { readonly type: 'gap'; readonly packets: number; readonly samples: number }
  | { readonly type: 'metadata'; readonly mediaTime: number; readonly fields: ReadonlyMap<string, string> }
  | { readonly type: 'end' }

/** What playout gives: where the show is recorded, every packet before what it holds. */
export type PlayoutStep = PlayoutItem | { readonly type: 'packet'; readonly packet: Packet }

export class Unpacker {
  private metadataShown = ''

  /** What a packet holds, and how many samples it plays. */
  unpack(packet: Packet): { readonly items: PlayoutItem[]; readonly samples: number } {
    const payload = readOrIgnore(packet)
    const { sequence, mediaTime } = packet
    switch (payload.kind) {
      case 'audio': {
        const { format, streamStart, frames } = payload
        const samples = frames.reduce((sum, frame) => sum + frame.samples, 0)
        return { items: [{ type: 'audio', sequence, mediaTime, format, streamStart, frames }], samples }
      }
      case 'metadata':
        return { items: this.showMetadata(payload.fields, mediaTime), samples: 0 }
      case 'end':
        return { items: [{ type: 'end' }], samples: 0 }
      case 'seal':
      case 'unknown':
        return { items: [], samples: 0 }
    }
  }

  /** Metadata is repeated for newcomers; who has seen it is not told again. */
  private showMetadata(fields: ReadonlyMap<string, string>, mediaTime: number): PlayoutItem[] {
    const text = JSON.stringify([...fields])
    if (text === this.metadataShown) return []
    this.metadataShown = text
    return [{ type: 'metadata', mediaTime, fields }]
  }
}

/** A publisher whose software signs nonsense must not stop its listeners: what cannot be read is not played, though it is recorded. */
export function readOrIgnore(packet: Packet): Payload {
  try {
    return readPayload(packet)
  } catch (error) {
    if (error instanceof WireError) return { kind: 'unknown' }
    throw error
  }
}
