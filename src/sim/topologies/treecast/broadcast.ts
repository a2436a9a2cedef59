/** The broadcast of a simulated show: its keys, its certificate, and the names of those who take part. */

import { concat } from 'uint8arrays/concat'
import type { BroadcastId } from '../../../protocol/wire/broadcast.js'
import {
  type Certificate,
  certificateMessage,
  decodeCertificate,
  encodeCertificateBody
} from '../../../protocol/wire/certificate.js'
import { BEGIN_MS } from '../../clock.js'
import { mix } from '../../draws.js'
import { bytesFrom, type Signatures, type SigningKey } from './signatures.js'

export interface SimulatedBroadcast {
  readonly id: BroadcastId
  readonly certificate: Certificate
  readonly showKey: SigningKey
}

const DAY_SECONDS = 24 * 60 * 60

export function simulatedBroadcast(
  signatures: Signatures,
  seed: number,
  name: string,
  stripes: number
): SimulatedBroadcast {
  const rootKey = signatures.keyFrom(mix(seed, 'root key'))
  const showKey = signatures.keyFrom(mix(seed, 'show key'))
  const id = { publisher: rootKey.publicKey, name }
  const begin = Math.floor(BEGIN_MS / 1000)
  const body = encodeCertificateBody({
    broadcast: id,
    epoch: begin,
    showKey: showKey.publicKey,
    notBefore: begin,
    notAfter: begin + DAY_SECONDS,
    stripes
  })
  const signature = rootKey.sign(certificateMessage(body))
  const { certificate } = decodeCertificate(concat([body, signature]), id)
  return { id, certificate, showKey }
}

/** A peer's id: chance, and its host's number at the end, by which it is found. */
export function idOf(seed: number, host: number): Uint8Array {
  const id = bytesFrom(mix(seed, 'peer', host), 32)
  new DataView(id.buffer).setUint32(28, host)
  return id
}

export function hostOf(id: Uint8Array): number {
  return new DataView(id.buffer, id.byteOffset).getUint32(28)
}
