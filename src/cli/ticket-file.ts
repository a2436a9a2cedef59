/** A file that always holds a fresh link with a ticket: for a page that publishes it, or a friend at the door. */

import { rename, rm, writeFile } from 'node:fs/promises'
import { TreecastError } from '../protocol/errors.js'
import type { Reporter } from './reporter.js'

/** Who stands in a ticket changes as fast as the crowd; ms. */
const RENEWED_EVERY_MS = 10_000

interface Ticketer {
  ticket(): string
}

export class TicketFile {
  private readonly path: string
  private readonly source: Ticketer
  private readonly reporter: Reporter
  private readonly timer: NodeJS.Timeout
  private readonly draft: string
  private writing: Promise<void>
  private isTold = false

  constructor(path: string, source: Ticketer, reporter: Reporter) {
    this.path = path
    this.draft = `${path}.${process.pid}.new`
    this.source = source
    this.reporter = reporter
    this.writing = this.write()
    this.timer = setInterval(() => {
      this.writing = this.writing.then(() => this.write())
    }, RENEWED_EVERY_MS)
  }

  /** Nobody keeps it fresh any more. It stays, since its records are good for a while. */
  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.writing
  }

  /** As a whole or not at all: whoever reads it meanwhile finds the one before. */
  private async write(): Promise<void> {
    const link = this.source.ticket()
    try {
      await writeFile(this.draft, `${link}\n`)
      await rename(this.draft, this.path)
      if (!this.isTold) this.reporter.event('ticket', { file: this.path }, `a ticket is in ${this.path}`)
      this.isTold = true
    } catch (error) {
      await rm(this.draft, { force: true })
      this.reporter.say(`cannot write the ticket ${this.path}: ${(error as Error).message}; trying again`)
    }
  }
}

/** Before anything else is begun: a path that cannot be written is known at once. @throws TreecastError `bad-option` */
export async function checkTicketPath(path: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  try {
    await writeFile(draft, '')
    await rm(draft)
  } catch (error) {
    throw new TreecastError(
      'bad-option',
      `the ticket cannot be written to ${path}: ${(error as Error).message}; name a file in a directory that is there`
    )
  }
}
