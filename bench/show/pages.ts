/** How long it takes a page from `listen()` to its first sample, on loopback: a new page each time, with nothing cached. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { broadcast, startTracker } from 'treecast/node'
import type * as treecast from '../../src/index.js'
import { type Chromium, PROGRAM, startChromium } from '../../test/browser/chromium.js'
import { type Site, startSite } from '../../test/browser/site.js'
import { median } from './stage.js'

const PAGES = 9
const SHOW = fileURLToPath(new URL('../../examples/one-machine/show.opus', import.meta.url))

declare global {
  interface Window {
    readonly treecast: typeof treecast
  }
}

/** When it was reached, since `listen()` was called; ms. */
export interface Startup {
  /** The certificate is here. */
  readonly joined: number
  /** Sound has begun. */
  readonly heard: number
}

/** Empty where there is no Chromium. */
export async function measurePages(): Promise<Startup[]> {
  if (!existsSync(PROGRAM)) return []
  const tracker = await startTracker({ host: '127.0.0.1', port: 0 })
  const show = await broadcast({ source: SHOW, trackers: [tracker.url], loop: true })
  const site = await startSite()
  const chromium = await startChromium()
  try {
    const startups: Startup[] = []
    while (startups.length < PAGES) startups.push(await startIn(chromium, site, show.link))
    return startups
  } finally {
    await chromium.close()
    await site.close()
    await show.close()
    await tracker.close()
  }
}

async function startIn(chromium: Chromium, site: Site, link: string): Promise<Startup> {
  const page = await chromium.open(site.url('module.html'))
  const startup = await page.evaluate(async (link) => {
    const began = performance.now()
    const listener = await window.treecast.listen(link)
    const joined = performance.now() - began
    const heard = new Promise<number>((resolve) => {
      listener.on('audible', () => resolve(performance.now() - began))
    })
    await listener.play()
    return { joined, heard: await heard }
  }, link)
  await chromium.closePages()
  return startup
}

export function printPages(startups: readonly Startup[]): void {
  console.log(`\nFrom listen() to the first sample in a page, ${PAGES} new pages one after another\n`)
  if (startups.length === 0) {
    console.log(`not measured: ${PROGRAM} is missing (apt-get install chromium)`)
    return
  }
  const row = (what: string, values: readonly number[]): string =>
    `| ${what} | ${[median(values), Math.min(...values), Math.max(...values)].map(Math.round).join(' | ')} |`
  const joined = startups.map(({ joined }) => joined)
  const heard = startups.map(({ heard }) => heard)
  console.log('| ms | median | least | most |\n|---|---|---|---|')
  console.log(row('the certificate is here', joined))
  console.log(row('the first sample is heard', heard))
}
