/**
 * Chromium as a visitor has it: a page behind another tab is hidden, and its timers are throttled. Playwright's own way to
 * start one keeps every page awake, by switches and by emulating focus, so here it only joins a Chromium that was started
 * without.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from 'playwright-core'
import { type Chromium, flagsOf, PROGRAM, type TestPage, watched } from './chromium.js'

export interface VisitorsChromium extends Chromium {
  /** Brings another tab to the front of the page's window. Resolves when the page knows that it is hidden. */
  hide(page: Page): Promise<void>
}

export async function startVisitorsChromium(): Promise<VisitorsChromium> {
  const profile = await mkdtemp(join(tmpdir(), 'treecast-visitor-'))
  const ways = ['--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
  const child = spawn(PROGRAM, [...ways, ...flagsOf({})], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  const browser = await chromium.connectOverCDP(await endpointIn(child.stderr), { noDefaults: true })
  const context = browser.contexts()[0]!

  async function open(url: string, setUp?: (page: TestPage) => void | Promise<void>): Promise<TestPage> {
    const page = watched(await context.newPage())
    await page.addInitScript('globalThis.__name = (value) => value')
    await setUp?.(page)
    await page.goto(url)
    return page
  }

  async function hide(page: Page): Promise<void> {
    const hidden = page.evaluate(
      () => new Promise<void>((resolve) => document.addEventListener('visibilitychange', () => resolve()))
    )
    await (await context.newPage()).bringToFront()
    await hidden
  }

  return {
    browser,
    open,
    hide,
    devTools: (page) => page.context().newCDPSession(page),
    closePages: async () => {
      for (const page of context.pages()) await page.close()
    },
    close: async () => {
      await browser.close()
      child.kill('SIGKILL')
      await exit
      // What it was still writing may come after it.
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** Where it can be driven, as it tells people. */
async function endpointIn(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const endpoint = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1]
    if (endpoint !== undefined) {
      stderr.resume()
      return endpoint
    }
  }
  throw new Error('Chromium ended before it could be driven')
}
