/** Whoever keeps a show while it goes on. */

import type { TreecastError } from '../protocol/errors.js'
import type { Certificate } from '../protocol/wire/certificate.js'
import type { Packet } from '../protocol/wire/packet.js'

export interface Keeper {
  /** Called once, when nothing more can be kept. */
  onError: (error: TreecastError) => void
  /** Takes the next packet, in the show's order, with the certificate that it is under; and as it was before it was encrypted, with the
   * key. */
  take(certificate: Certificate, packet: Packet, groupKey?: Uint8Array): void
  /** Ends in good order. Never rejects. */
  end(): Promise<void>
}
