/**
 * Show keys in a file, each with its certificates, for a machine that broadcasts without the root key. A key is used once, by a
 * start or a rotation, and leaves the file with that: so no two shows are of one epoch, and who takes the file later
 * finds none that has signed.
 *
 * JSON, mode 0600: `{"treecast":"show keys v1","publisher":…,"name":…,"stripes":…,"highest":…,"keys":[{"seed":…,"begins":…,
 * "continues":…},…]}`; seeds and certificates in base64. Of a key's two certificates one begins a show, the other takes one over.
 */

import { unwatchFile, watchFile } from 'node:fs'
import { TreecastError } from '../protocol/errors.js'
import { MAX_CERTIFICATE_SECONDS, MAX_STRIPES } from '../protocol/limits.js'
import { isCanonicalSignature, isSoundKey } from '../protocol/media/signature.js'
import { keyFromText, keyToText, nameProblem } from '../protocol/wire/broadcast.js'
import { type Certificate, decodeCertificate } from '../protocol/wire/certificate.js'
import { equal, WireError } from '../protocol/wire/cursor.js'
import { type KeyPair, keyPairFromSeed, randomSeed, verify } from './crypto.js'
import { isShowKeyText, openKeyFile } from './key-file.js'
import type { Signer } from './platform.js'
import { checkPrivate, makePrivate, readPrivate, replacePrivate } from './private-file.js'
import { certify, type ShowKeys } from './show-keys.js'

const FORMAT = 'show keys v1'

/** How often a broadcast looks whether its file has been replaced. */
const LOOK_MS = 2_000

export interface ShowKeyFile {
  readonly publisher: Uint8Array
  readonly name: string
  readonly stripes: number
  /** The highest epoch that it has held: those that revoke it are above. */
  readonly highest: number
  readonly keys: readonly StoredKey[]
}

/** A key of a file that has not been used. */
export interface StoredKey {
  readonly seed: Uint8Array
  readonly begins: Certificate
  readonly continues: Certificate
}

export interface CertifyOptions {
  /** What the broadcast is called in its link. */
  readonly name: string
  /** For how long they are good, in hours; at most 24. */
  readonly hours: number
  /** How many: each start and each rotation takes one. */
  readonly count: number
  readonly stripes: number
  /** Epochs are to be higher than this one, which they revoke. */
  readonly above?: number
}

/** Makes show keys and certifies them. @param now ms of 1970 */
export async function makeShowKeys(root: Signer, options: CertifyOptions, now: number): Promise<ShowKeyFile> {
  const { name, hours, count, stripes, above = -1 } = options
  const second = Math.floor(now / 1000)
  const notAfter = second + Math.min(MAX_CERTIFICATE_SECONDS, Math.ceil(hours * 3600))
  const first = Math.max(second, above + 1)
  const keys: StoredKey[] = []
  for (let i = 0; i < count; i++) {
    const seed = randomSeed()
    const showKey = keyPairFromSeed(seed).publicKey
    const body = { epoch: first + i, showKey, notBefore: second, notAfter, stripes }
    const begins = await certify(root, body, name)
    keys.push({ seed, begins, continues: await certify(root, { ...body, continues: true }, name) })
  }
  return { publisher: root.publicKey, name, stripes, highest: first + count - 1, keys }
}

export function formatShowKeys({ publisher, name, stripes, highest, keys }: ShowKeyFile): string {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  const listed = keys.map(({ seed, begins, continues }) => ({
    seed: text(seed),
    begins: text(begins.bytes),
    continues: text(continues.bytes)
  }))
  const file = { treecast: FORMAT, publisher: keyToText(publisher), name, stripes, highest, keys: listed }
  return `${JSON.stringify(file, undefined, 1)}\n`
}

/** @throws TreecastError `bad-key` if the text holds no show keys, or one that its publisher has not certified. */
export function parseShowKeys(path: string, text: string): ShowKeyFile {
  const bad = (problem: string): TreecastError =>
    new TreecastError(
      'bad-key',
      `${path} holds no show keys: ${problem}; make them with: treecast key certify`
    )
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    throw bad('it is no JSON')
  }
  if (!isRecord(file) || file.treecast !== FORMAT) throw bad(`it does not say "treecast": "${FORMAT}"`)
  const { publisher, name, stripes, highest, keys } = file
  const root = typeof publisher === 'string' ? keyFromText(publisher) : undefined
  if (root === undefined || !isSoundKey(root)) throw bad('"publisher" is no key')
  if (typeof name !== 'string' || nameProblem(name) !== undefined) throw bad('"name" names no broadcast')
  if (!isWhole(stripes, 1, MAX_STRIPES)) throw bad(`"stripes" is not 1…${MAX_STRIPES}`)
  if (!isWhole(highest, 0, 2 ** 32 - 1)) throw bad('"highest" is no epoch')
  if (!Array.isArray(keys)) throw bad('"keys" is no list')
  const stored = keys.map((key: unknown, i): StoredKey => {
    try {
      return storedKey(key, root, name)
    } catch (error) {
      throw bad(`key ${i + 1}: ${(error as Error).message}`)
    }
  })
  return { publisher: root, name, stripes, highest, keys: stored }
}

/** @throws Error that says what is wrong. */
function storedKey(key: unknown, publisher: Uint8Array, name: string): StoredKey {
  if (!isRecord(key)) throw new Error('it is no object')
  const bytes = (field: string): Uint8Array => {
    const text = key[field]
    if (typeof text !== 'string') throw new Error(`it has no "${field}"`)
    return new Uint8Array(Buffer.from(text, 'base64'))
  }
  const seed = bytes('seed')
  if (seed.length !== 32) throw new Error('its seed is not 32 bytes')
  const { publicKey } = keyPairFromSeed(seed)
  const certificateOf = (field: 'begins' | 'continues'): Certificate => {
    const { certificate, message, signature } = decode(bytes(field), publisher, name)
    const isGood =
      equal(certificate.showKey, publicKey) &&
      certificate.continues === (field === 'continues') &&
      isCanonicalSignature(signature) &&
      verify(publisher, message, signature)
    if (!isGood) throw new Error(`"${field}" is no certificate of the publisher for it`)
    return certificate
  }
  const [begins, continues] = [certificateOf('begins'), certificateOf('continues')]
  if (begins.epoch !== continues.epoch) throw new Error('its certificates are of two epochs')
  return { seed, begins, continues }
}

function decode(
  bytes: Uint8Array,
  publisher: Uint8Array,
  name: string
): ReturnType<typeof decodeCertificate> {
  try {
    return decodeCertificate(bytes, { publisher, name })
  } catch (error) {
    if (error instanceof WireError) throw new Error(error.message, { cause: error })
    throw error
  }
}

/** @throws TreecastError `bad-key` if there is no such file, it holds no show keys, or is open to others. */
export async function readShowKeyFile(path: string): Promise<ShowKeyFile> {
  const text = await readPrivate(path)
  if (text === undefined) {
    throw new TreecastError('bad-key', `there is no key file ${path}; make it with: treecast key certify`)
  }
  const file = parseShowKeys(path, text)
  await checkPrivate(path)
  return file
}

/** @throws TreecastError `bad-key` if there is such a file already. */
export function makeShowKeyFile(path: string, file: ShowKeyFile): Promise<void> {
  return makePrivate(path, formatShowKeys(file))
}

/** In place of the file that is there. */
export function replaceShowKeyFile(path: string, file: ShowKeyFile): Promise<void> {
  return replacePrivate(path, formatShowKeys(file))
}

/**
 * What a broadcast's `--key` names: a root key, made if there is no such file, or show keys.
 *
 * @throws TreecastError `bad-key`
 */
export async function openPublisherKeys(path: string): Promise<{ keys: KeyPair | ShowKeys; isNew: boolean }> {
  const text = await readPrivate(path)
  if (text === undefined || !isShowKeyText(text)) return openKeyFile(path)
  return { keys: await showKeysFrom(path), isNew: false }
}

/** The keys of a file, for a broadcast. @throws TreecastError `bad-key` */
export async function showKeysFrom(path: string): Promise<ShowKeys> {
  const { publisher, name, highest: first } = await readShowKeyFile(path)
  let highest = first
  return {
    publisher,
    name,
    async next(after) {
      const file = await readShowKeyFile(path)
      if (!equal(file.publisher, publisher) || file.name !== name) {
        throw new TreecastError('bad-key', `${path} has become a file of another broadcast; restart with it`)
      }
      const { key, left } = choose(path, file.keys, after)
      await replaceShowKeyFile(path, { ...file, keys: left })
      highest = file.highest
      return {
        certificate: after === undefined ? key.begins : key.continues,
        sign: keyPairFromSeed(key.seed).sign
      }
    },
    periodMs: Infinity,
    watch(onNew) {
      const look = (): void => {
        void readShowKeyFile(path).then(
          (file) => {
            if (file.highest > highest) onNew()
          },
          // It is being written, or gone: what is to be done about it is asked for when a key is needed.
          () => undefined
        )
      }
      watchFile(path, { persistent: false, interval: LOOK_MS }, look)
      return () => unwatchFile(path, look)
    }
  }
}

/** The first key that is good now. Those before it are left out with it: their epochs are revoked. */
function choose(
  path: string,
  keys: readonly StoredKey[],
  after = -1
): { key: StoredKey; left: readonly StoredKey[] } {
  const second = Date.now() / 1000
  const at = keys.findIndex(({ begins }) => begins.epoch > after && begins.notAfter > second)
  const key = keys[at]
  if (key !== undefined) return { key, left: keys.slice(at + 1) }
  const why =
    keys.length === 0 ? 'all have been used' : 'what is left is out of date, or of an epoch that is over'
  throw new TreecastError(
    'bad-key',
    `${path} holds no show key that can be used: ${why}; make new ones where the root key is: treecast key rotate`
  )
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
