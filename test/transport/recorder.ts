/** What happens on a link, written down; and waiting for it without a clock. */

import type { CloseReason, Link } from '../../src/transport/link.js'

export class Recorder {
  readonly link: Link
  readonly messages: Uint8Array[] = []
  readonly ends: CloseReason[] = []

  constructor(link: Link) {
    this.link = link
    link.onMessage = (message) => this.messages.push(message)
    link.onClose = (reason) => this.ends.push(reason)
  }
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Waits turn by turn until it holds. If it never does, mocha's timeout tells. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn()
}

/** A message of this length that begins with its number and is filled with what follows from it. */
export function numbered(number: number, bytes: number): Uint8Array {
  const message = new Uint8Array(bytes).fill(number % 251)
  if (bytes >= 4) new DataView(message.buffer).setUint32(0, number)
  return message
}

export function numberOf(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(0)
}
