/** Recordings of real processes, held to what a recording promises. */

import { expect } from 'chai'
import { run } from '../setup/tools.js'
import { type OpusFile, readOpus } from './opus-files.js'
import { type Event, treecast } from './processes.js'

/** What `treecast verify` says, and its exit code. */
export async function verify(
  file: string,
  ...args: string[]
): Promise<{ code: number | string; event: Event; stderr: string }> {
  const process = treecast('verify', file, ...args)
  const code = await process.exit
  return { code, event: process.events.at(-1)!, stderr: process.stderr }
}

/** Every player plays it, nothing is wrong with its form, and it is what this link's publisher signed. */
export async function expectGood(file: string, link: string): Promise<{ event: Event; content: OpusFile }> {
  expect(run('ffmpeg', '-v', 'error', '-i', file, '-f', 'null', '-')).to.equal('')
  expect(run('opusinfo', file)).not.to.match(/WARNING|ERROR/i)
  const { code, event, stderr } = await verify(file, '--publisher', link)
  expect(event, stderr).to.include({ event: 'verified', closed: true })
  expect(code).to.equal(0)
  return { event, content: await readOpus(file) }
}

/** A recording whose process was killed: it plays, it verifies, and lacks at most a second of what was sent by then. */
export async function expectSurvived(file: string, link: string, sentSeconds: number): Promise<Event> {
  expect(run('ffmpeg', '-v', 'error', '-i', file, '-f', 'null', '-')).to.equal('')
  const { event, stderr } = await verify(file, '--publisher', link)
  expect(event, stderr).to.include({ event: 'verified', closed: false })
  const { samples } = await readOpus(file)
  expect(samples / 48_000).to.be.at.least(sentSeconds - 1)
  return event
}

/** Whether the one is a piece of the other, frame by frame. */
export function isPieceOf(piece: OpusFile, whole: OpusFile): boolean {
  const text = ` ${whole.frames.join(' ')} `
  return piece.frames.length > 0 && text.includes(` ${piece.frames.join(' ')} `)
}
