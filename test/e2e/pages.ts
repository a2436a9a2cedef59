/** Pages that listen, for tests with real Chromium, and a show that is long enough for them. */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { WebListener, WebStats } from '../../src/index.js'
import type { Chromium, TestPage } from '../browser/chromium.js'
import type { Site } from '../browser/site.js'
import { run } from '../setup/tools.js'
import { SHOW } from './processes.js'

/** What test/browser/pages/listener.js gives. */
interface ListenerPage {
  readonly log: readonly { readonly event: string; readonly at: number; readonly detail?: unknown }[]
  readonly listener: WebListener
  hear(link: string, options?: object): Promise<number>
  record(): Promise<void>
  recordedFor(seconds: number): Promise<void>
  recordedBy(): { readonly samples: number; readonly wallMs: number }[]
  recording(): string
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- to be merged with the library's own
  interface Window extends ListenerPage {}
}

/**
 * Five minutes in which no second is like another, and what they decode to.
 *
 * @returns the left side, 48,000 samples a second
 */
export function makeLongShow(folder: string): { file: string; samples: Float32Array } {
  const file = join(folder, 'long.opus')
  const parts =
    '[0]asplit=5[a][b][c][d][e];[b]areverse[b];[c]volume=0.7[c];[d]areverse,volume=0.7[d];[e]volume=0.5[e];' +
    '[a][b][c][d][e]concat=n=5:v=0:a=1'
  run('ffmpeg', '-v', 'error', '-i', SHOW, '-filter_complex', parts, '-c:a', 'libopus', '-b:a', '64k', file)
  return { file, samples: samplesOf(file) }
}

/** What a file decodes to: the left side, 48,000 samples a second. */
export function samplesOf(file: string): Float32Array {
  const args = ['-v', 'error', '-c:a', 'libopus', '-i', file, '-af', 'pan=mono|c0=c0', '-f', 'f32le', '-']
  return floatsOf(execFileSync('ffmpeg', args, { maxBuffer: 1 << 30 }))
}

/** Opens a page that listens, and waits until it is heard. @returns the page and how long that took, ms. */
export async function openListener(
  chromium: Chromium,
  site: Site,
  link: string,
  options: object = {}
): Promise<{ page: TestPage; startupMs: number }> {
  const page = await chromium.open(site.url('listener.html'))
  await page.waitForFunction('"hear" in window')
  const startupMs = await page.evaluate(([url, given]) => window.hear(url, given), [link, options] as const)
  return { page, startupMs }
}

export function statsOf(page: TestPage): Promise<WebStats> {
  return page.evaluate(() => window.listener.stats())
}

/** What a page has recorded. */
export async function recordingOf(page: TestPage): Promise<Float32Array> {
  return floatsOf(Buffer.from(await page.evaluate(() => window.recording()), 'base64'))
}

function floatsOf(bytes: Buffer): Float32Array {
  // A copy: the pool's buffers begin anywhere, floats only at every fourth byte.
  return new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4))
}
