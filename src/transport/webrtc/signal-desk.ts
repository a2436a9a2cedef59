/** Where signals go out and come in: ours are signed, and those of others checked, one after another, or candidates would overtake their offer. */

import { isCanonicalSignature, isSoundKey } from '../../protocol/media/signature.js'
import { WireError } from '../../protocol/wire/cursor.js'
import { idKey } from '../../protocol/wire/record.js'
import {
  decodeSignalBody,
  encodeSignalBody,
  type SignalBody,
  type SignalContent,
  signalMessage
} from '../../protocol/wire/signal.js'
import type { WebRtcOptions } from './transport.js'

/** Signals whose signatures are waited for. */
const MAX_UNCHECKED = 128

export class SignalDesk {
  private readonly options: Pick<WebRtcOptions, 'id' | 'sign' | 'verify'>
  private readonly onSigned: (to: Uint8Array, body: Uint8Array) => void
  private readonly onProved: (from: Uint8Array, body: SignalBody) => void
  private incoming: Promise<void> = Promise.resolve()
  private outgoing: Promise<void> = Promise.resolve()
  private unchecked = 0
  private isClosed = false
  /** Fetched while the first dial is under way. */
  private readonly check = import('./ice-check.js').then(({ IceCheck }) => new IceCheck())

  /**
   * @param onSigned somebody has to bring it there
   * @param onProved its maker is who it says
   */
  constructor(
    options: Pick<WebRtcOptions, 'id' | 'sign' | 'verify'>,
    onSigned: (to: Uint8Array, body: Uint8Array) => void,
    onProved: (from: Uint8Array, body: SignalBody) => void
  ) {
    this.options = options
    this.onSigned = onSigned
    this.onProved = onProved
  }

  tell(to: Uint8Array, negotiation: number, content: SignalContent): void {
    const unsigned = encodeSignalBody({ negotiation, content })
    const { id, sign } = this.options
    this.outgoing = this.outgoing.then(async () => {
      const signature = await sign(signalMessage(id, to, unsigned))
      const body = new Uint8Array(unsigned.length + signature.length)
      body.set(unsigned)
      body.set(signature, unsigned.length)
      if (!this.isClosed) this.onSigned(to, body)
    })
  }

  /** Anybody may have made it: what is not a signal, or not signed, is passed over, and what leads to nobody who agreed is taken out of it.
   *
   * @param allowed for which of its candidates a tracker vouches: a mask */
  signalled(from: Uint8Array, body: Uint8Array, allowed?: number): void {
    if (this.isClosed || this.unchecked >= MAX_UNCHECKED || !isSoundKey(from)) return
    let decoded: ReturnType<typeof decodeSignalBody>
    try {
      decoded = decodeSignalBody(body)
    } catch (error) {
      if (error instanceof WireError) return
      throw error
    }
    const { unsigned, signature } = decoded
    if (!isCanonicalSignature(signature)) return
    this.unchecked++
    const { id, verify } = this.options
    const message = signalMessage(from, id, unsigned)
    this.incoming = this.incoming.then(async () => {
      const isHis = await verify(from, message, signature)
      this.unchecked--
      const check = await this.check
      if (!isHis || this.isClosed) return
      const { negotiation, content } = decoded.body
      const sifted = check.sift(content, allowed, `${idKey(from)} ${negotiation}`, Date.now())
      this.onProved(from, { negotiation, content: sifted })
    })
  }

  /** Nothing goes out or comes in any more. */
  close(): void {
    this.isClosed = true
  }

  /** What was being signed is done with. */
  async idle(): Promise<void> {
    await this.outgoing
  }
}
