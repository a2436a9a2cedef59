/**
 * A ticket: peers through which a newcomer may enter when no tracker answers. Each of its records is signed and dated by the
 * peer that it names, so it does not matter by whose hands the ticket came: who tampers with it makes it useless and no more.
 *
 *     version u8 = 1 · count u8 (1…8) · signed records
 *
 * As text it is base32 as keys are, and stands in a link as `ticket=…`.
 */

import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import { MAX_TICKET_CHARS, MAX_TICKET_RECORDS } from '../limits.js'
import { Reader, WireError, Writer } from './cursor.js'
import { detached, readSignedRecords, type SignedRecord, writeSignedRecords } from './signed-record.js'

const VERSION = 1

/** Bytes that fit into a ticket's text: five bits a character. */
const MAX_TICKET_BYTES = Math.floor((MAX_TICKET_CHARS * 5) / 8)

export function encodeTicket(records: readonly SignedRecord[]): Uint8Array {
  const writer = new Writer(1500).u8(VERSION)
  writeSignedRecords(writer, records, MAX_TICKET_RECORDS)
  return writer.finish()
}

/** @throws WireError if it is malformed; the signatures are not checked here. */
export function decodeTicket(bytes: Uint8Array): SignedRecord[] {
  const reader = new Reader(bytes)
  const version = reader.u8()
  if (version !== VERSION) throw new WireError(`it is of version ${version}, and ${VERSION} is known here`)
  const records = readSignedRecords(reader, MAX_TICKET_RECORDS)
  if (records.length === 0) throw new WireError('it names nobody')
  reader.end()
  return records.map(detached)
}

export function ticketToText(records: readonly SignedRecord[]): string {
  return toString(encodeTicket(records), 'base32')
}

/** @throws WireError that says what is wrong with it. */
export function ticketFromText(text: string): SignedRecord[] {
  if (text.length > MAX_TICKET_CHARS) throw new WireError(`it has more than ${MAX_TICKET_CHARS} characters`)
  if (!/^[a-z2-7]+$/i.test(text)) throw new WireError('it must be letters a–z and digits 2–7')
  return decodeTicket(bytesOf(text.toLowerCase()))
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromString(text, 'base32')
  } catch {
    throw new WireError('it is cut off')
  }
}

/** The first of these records that one ticket holds. */
export function thatFit(records: readonly SignedRecord[]): SignedRecord[] {
  const chosen: SignedRecord[] = []
  let room = MAX_TICKET_BYTES - 2
  for (const record of records) {
    room -= record.bytes.length
    if (room < 0 || chosen.length === MAX_TICKET_RECORDS) break
    chosen.push(record)
  }
  return chosen
}
