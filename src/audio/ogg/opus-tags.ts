/**
 * The second packet of an Ogg Opus stream: its comments (RFC 7845 section 5.2). It is read piece by piece and never
 * held whole, since it may carry the cover art, megabytes of it: comments past the bounds below are passed over.
 */
import type { Tag } from '../source.js'

/** Longest comment that is kept, name and "=" included. A title is a line; a picture is what this keeps out. */
const MAX_TAG_BYTES = 1024

/** Most comments that are kept. What encoders and taggers write is below 30. */
const MAX_TAGS = 64

const MAGIC = new TextEncoder().encode('OpusTags')

/** Names are printable ASCII but "=" and "~" (RFC 7845 section 5.2 with Vorbis I section 5.2). */
const TAG_NAME = /^[\x20-\x3c\x3e-\x7d]+$/

type Field = 'magic' | 'vendor length' | 'vendor' | 'count' | 'length' | 'comment' | 'rest'

/** Whether a packet begins as comments do. */
export function isOpusTags(packet: Uint8Array): boolean {
  return MAGIC.every((byte, at) => packet[at] === byte)
}

export class OpusTagsReader {
  readonly tags: Tag[] = []
  #field: Field = 'magic'
  /** Bytes that the current field still needs. */
  #missing = MAGIC.length
  /** The current field as far as it has come; undefined where it is passed over. */
  #kept: Uint8Array | undefined = new Uint8Array(MAGIC.length)
  #comments = 0

  /** Takes the packet's next bytes. A packet that contradicts itself just ends its comments early. */
  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length && this.#field !== 'rest') {
      const taken = Math.min(this.#missing, bytes.length - at)
      this.#kept?.set(bytes.subarray(at, at + taken), this.#kept.length - this.#missing)
      at += taken
      this.#missing -= taken
      if (this.#missing === 0) this.#complete(this.#kept ?? new Uint8Array(0))
    }
  }

  /** The current field is whole. An empty one is never waited for, since no byte would complete it. */
  #complete(value: Uint8Array): void {
    switch (this.#field) {
      case 'magic':
        this.#expect('vendor length', 4, true)
        break
      case 'vendor length':
        if (number(value) > 0) this.#expect('vendor', number(value), false)
        else this.#expect('count', 4, true)
        break
      case 'vendor':
        this.#expect('count', 4, true)
        break
      case 'count':
        this.#comments = number(value)
        this.#nextComment()
        break
      case 'length':
        if (number(value) > 0) this.#expect('comment', number(value), number(value) <= MAX_TAG_BYTES)
        else this.#nextComment()
        break
      case 'comment':
        this.#keep(value)
        this.#nextComment()
        break
      case 'rest':
    }
  }

  #expect(field: Field, bytes: number, keep: boolean): void {
    this.#field = field
    this.#missing = bytes
    this.#kept = keep ? new Uint8Array(bytes) : undefined
  }

  #nextComment(): void {
    if (this.#comments-- > 0 && this.tags.length < MAX_TAGS) this.#expect('length', 4, true)
    else this.#expect('rest', 0, false)
  }

  #keep(comment: Uint8Array): void {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(comment)
    const equals = text.indexOf('=')
    const name = text.slice(0, Math.max(equals, 0)).toUpperCase()
    if (TAG_NAME.test(name)) this.tags.push({ name, value: text.slice(equals + 1) })
  }
}

/** Makes the packet; tags whose names no reader could take are left out. */
export function encodeOpusTags(vendor: string, tags: readonly Tag[]): Uint8Array {
  const utf8 = new TextEncoder()
  const comments = tags
    .filter((tag) => TAG_NAME.test(tag.name))
    .map((tag) => utf8.encode(`${tag.name.toUpperCase()}=${tag.value}`))
  const texts = [utf8.encode(vendor), ...comments]
  const packet = new Uint8Array(MAGIC.length + 4 + texts.reduce((sum, text) => sum + 4 + text.length, 0))
  const view = new DataView(packet.buffer)
  packet.set(MAGIC)
  let at = MAGIC.length
  for (const [index, text] of texts.entries()) {
    view.setUint32(at, text.length, true)
    packet.set(text, at + 4)
    at += 4 + text.length
    if (index === 0) {
      view.setUint32(at, comments.length, true)
      at += 4
    }
  }
  return packet
}

function number(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
}
