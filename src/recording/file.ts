/**
 * A recording on its way to the disk: the Ogg Opus file, and its proof beside it. Both are only ever appended to, so that a crash
 * takes no more than the last page; ended in good order, the proof is written anew without what seals have made superfluous.
 */

import { randomBytes } from 'node:crypto'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { type ByteSink, openBytes } from '../audio/byte-sink.js'
import { TreecastError } from '../protocol/errors.js'
import type { Certificate } from '../protocol/wire/certificate.js'
import type { Packet } from '../protocol/wire/packet.js'
import { compactProof } from './compact.js'
import { Recorder } from './recorder.js'

/** What a recording's proof is called: the file's own name and this. */
export const PROOF_SUFFIX = '.proof'

/** What may wait for a slow disk: half an hour at 64 kbit/s. A recording is not given up because a disk stood still for a while. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

type Sha256 = (bytes: Uint8Array) => Uint8Array

/** A recording that is being made. After a failure nothing more is written, and the show goes on. */
export class RecordingFile {
  /** Called once, when one of the files cannot be written any more: `output-unwritable`. */
  onError: (error: TreecastError) => void = () => undefined
  private readonly path: string
  private readonly audio: ByteSink
  private readonly proof: ByteSink
  private readonly hash: Sha256
  private readonly recorder: Recorder
  private isEmpty = true
  private failure: TreecastError | undefined
  private ending: Promise<void> | undefined

  /** Use {@link openRecording}. */
  constructor(path: string, audio: ByteSink, proof: ByteSink, hash: Sha256) {
    this.path = path
    this.audio = audio
    this.proof = proof
    this.hash = hash
    this.recorder = new Recorder({ hash, serial: randomBytes(4).readUInt32BE() })
    audio.onError = (error) => this.fail(error)
    proof.onError = (error) => this.fail(error)
  }

  /** Takes the show's next packet: one that was verified, under this certificate; as it was before it was encrypted with this key. */
  take(certificate: Certificate, packet: Packet, groupKey?: Uint8Array): void {
    if (this.failure !== undefined || this.ending !== undefined) return
    this.isEmpty = false
    const { proof, audio } = this.recorder.take(certificate, packet, groupKey)
    this.proof.write(proof)
    this.audio.write(audio)
  }

  /** Ends it in good order; of a show that never began nothing is left. Never rejects: `onError` has told what was wrong. */
  end(): Promise<void> {
    this.ending ??= this.finish()
    return this.ending
  }

  private async finish(): Promise<void> {
    const { proof, audio } = this.recorder.end()
    // The file first: of one that is whole the proof says so.
    this.audio.write(audio)
    await this.audio.end().catch(() => undefined)
    if (this.failure === undefined) this.proof.write(proof)
    await this.proof.end().catch(() => undefined)
    if (this.isEmpty) await this.remove()
    else if (this.failure === undefined) await this.compact()
  }

  private async remove(): Promise<void> {
    for (const path of [this.path, this.path + PROOF_SUFFIX]) {
      await rm(path, { force: true }).catch(() => undefined)
    }
  }

  /** Where there is no room for it, the longer proof stays, and is as good. */
  private async compact(): Promise<void> {
    const path = this.path + PROOF_SUFFIX
    const next = `${path}.new`
    try {
      await writeFile(next, compactProof(new Uint8Array(await readFile(path)), this.hash))
      await rename(next, path)
    } catch {
      await rm(next, { force: true }).catch(() => undefined)
    }
  }

  private fail(error: TreecastError): void {
    if (this.failure !== undefined) return
    this.failure = error
    this.onError(error)
  }
}

/**
 * Opens a recording before there is a show, so that a wrong path is known at once.
 *
 * @param path of the Ogg Opus file; the proof is beside it
 * @param hash SHA-256
 * @throws TreecastError `bad-option` where a recording is already; `output-unwritable`
 */
export async function openRecording(path: string, hash: Sha256): Promise<RecordingFile> {
  if (path === '' || path === '-') {
    throw new TreecastError('bad-option', 'a recording needs a file, as in --record show.opus')
  }
  for (const each of [path, path + PROOF_SUFFIX]) {
    const there = await stat(each).catch(() => undefined)
    if (there?.isFile() === true && there.size > 0) {
      throw new TreecastError('bad-option', `${each} is there already; record to another file, or remove it`)
    }
  }
  const audio = await openBytes(path, MAX_WAITING_BYTES)
  try {
    return new RecordingFile(path, audio, await openBytes(path + PROOF_SUFFIX, MAX_WAITING_BYTES), hash)
  } catch (error) {
    await audio.end().catch(() => undefined)
    throw error
  }
}
