/** Whom a broadcast shows out: a file with the key of a peer on each line, which is looked at again and again. */

import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Broadcast } from '../api/broadcast.js'
import { TreecastError } from '../protocol/errors.js'
import { printable, type Reporter } from './reporter.js'

const LOOK_MS = 1_000

export class KickedFile {
  private readonly path: string
  private readonly show: Broadcast
  private readonly reporter: Reporter
  private readonly seen = new Set<string>()
  private readonly look = (): void => void this.read()

  constructor(path: string, show: Broadcast, reporter: Reporter) {
    this.path = path
    this.show = show
    this.reporter = reporter
    this.look()
    // A file that is not there yet is looked for all the same.
    watchFile(path, { persistent: false, interval: LOOK_MS }, this.look)
  }

  end(): void {
    unwatchFile(this.path, this.look)
  }

  private async read(): Promise<void> {
    const text = await readFile(this.path, 'utf8').catch(() => '')
    for (const line of text.split('\n')) {
      const peer = line.replace(/#.*/, '').trim()
      if (peer === '' || this.seen.has(peer)) continue
      this.seen.add(peer)
      try {
        this.show.kick(peer)
        this.reporter.event('kicked', { peer }, `shown out: ${peer}`)
      } catch (error) {
        if (!(error instanceof TreecastError)) throw error
        const message = `${this.path}: ${printable(error.message)}`
        this.reporter.event('not-kicked', { peer, message }, message)
      }
    }
  }
}
