/** What is told of a member, as bytes: beside its id, which is its key. */

import { isFed, type SharedMember } from '../../protocol/tracker/membership.js'
import { Reader, Writer } from '../../protocol/wire/cursor.js'
import { ROLES } from '../../protocol/wire/message.js'
import { readAddresses, writeAddresses } from '../../protocol/wire/record.js'

const ID_BYTES = 32

export function encodeShared({ record, role, freeSlots, depth }: SharedMember): Uint8Array {
  const writer = new Writer(128).put(record.id).u8(ROLES.indexOf(role)).u16(freeSlots).u8(depth)
  writeAddresses(writer, record.addresses)
  return writer.finish()
}

export function decodeShared(bytes: Uint8Array): SharedMember {
  const reader = new Reader(bytes)
  const id = reader.view(ID_BYTES).slice()
  const role = ROLES[reader.u8()] ?? 'listener'
  const freeSlots = reader.u16()
  const depth = reader.u8()
  return { record: { id, addresses: readAddresses(reader) }, role, freeSlots, depth }
}

/** As the store's scripts know a member. */
export function flagsOf(member: SharedMember | undefined): number {
  if (member === undefined) return 8
  return (isFed(member) ? 1 : 0) + (member.freeSlots > 0 ? 2 : 0) + (member.role === 'listener' ? 4 : 0)
}
