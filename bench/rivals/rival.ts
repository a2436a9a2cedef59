/**
 * What every network that is compared must be able to do. Each is one small file; a process that holds peers loads it by name, so
 * that nothing of one network runs while another is measured.
 */

/** `introducer` helps newcomers to find others and carries no messages, where a network has such a thing. */
export type Role = 'introducer' | 'origin' | 'peer'

/** What a newcomer is told. */
export interface Stage {
  /** How the introducer is reached; empty for itself. */
  readonly introducer: string
  /** How the origin is reached, or what it is called; empty for those before it. */
  readonly origin: string
  /** How those are reached that came before, the origin first. */
  readonly others: readonly string[]
  /** Messages a second. */
  readonly rate: number
  /** Of a message. */
  readonly bytes: number
}

export interface Member {
  /** What others are told of it. */
  readonly contact: string
  /** Messages that have come in, every copy counted. */
  received(): number
  /** The origin sends to all. */
  publish(message: Uint8Array): void
}

export interface Rival {
  /**
   * Starts one member, and resolves when it has joined.
   *
   * @param setting one of those that `contenders.ts` names for it.
   * @param onMessage is called with every message once, when it is handed to the program.
   */
  start(role: Role, stage: Stage, setting: string, onMessage: (message: Uint8Array) => void): Promise<Member>
}

/** The first bytes of a message are the network's own: treecast puts there what makes it an Opus packet. */
export const OWN_BYTES = 2

/** Where a message has its number, 32 bits. */
export const NUMBER_AT = 4
