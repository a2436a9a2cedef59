/** What leaves a `<treecast-player>`, as a browser itself records it. */

import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import type { TreecastPlayer } from '../../src/player.js'
import type { Likeness } from '../audio/likeness.js'
import type { TestPage } from '../browser/chromium.js'

/** Records what a player gives to the ears, for so many seconds, as the browser itself encodes it. */
export async function recordPlayer(page: TestPage, seconds: number, path: string): Promise<void> {
  const bytes = await page.evaluate(async (seconds) => {
    const { listener } = document.querySelector<TreecastPlayer>('treecast-player')!
    const recorder = new MediaRecorder(listener!.mediaStream, { audioBitsPerSecond: 128_000 })
    const parts: Blob[] = []
    recorder.start(1000)
    while (parts.length < seconds) {
      parts.push(
        await new Promise((resolve) => {
          recorder.addEventListener('dataavailable', ({ data }) => resolve(data), { once: true })
        })
      )
    }
    recorder.stop()
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())]
  }, seconds)
  await writeFile(path, Uint8Array.from(bytes))
}

/** Most seconds are the recording's, and in its order: a busy machine may drop some at the fake microphone. */
export function expectHeard(parts: readonly Likeness[], seconds: number): void {
  const told = JSON.stringify(parts)
  expect(parts.length, told).to.be.at.least(seconds)
  const good = parts.filter(({ correlation }) => correlation > 0.9)
  expect(good.length / parts.length, told).to.be.above(0.7)
}
