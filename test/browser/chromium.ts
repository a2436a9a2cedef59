/**
 * Real headless Chromium for tests (Debian's, driven by playwright-core). A suite says `const chromium = useChromium()`
 * and opens pages; whatever a test does, its pages are closed after it, and the browser after all suites.
 */

import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { needs } from '../setup/tools.js'

export const PROGRAM = '/usr/bin/chromium'

/** No request leaves for Google's hosts, and nothing waits for the network that a test machine may not have. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run'
]

export interface ChromiumOptions {
  /** A WAV file that the fake microphone plays, once and again; asking for a microphone is granted. */
  readonly microphone?: string
  /** False: audio waits for a gesture, as in a visitor's browser. Default true. */
  readonly autoplay?: boolean
  /** False: WebRTC may use no UDP but through a proxy, and there is none: it finds no candidate. Default true. */
  readonly udp?: boolean
  /** True: host candidates are `<uuid>.local` names, as in a visitor's browser. Default false: plain addresses, since
   * a machine may have no multicast. */
  readonly mdns?: boolean
  /** More of Chromium's switches. */
  readonly flags?: readonly string[]
}

/** A page, and what went wrong in it. */
export interface TestPage extends Page {
  /** Errors of the console, exceptions that nobody caught, violations of the content security policy. */
  readonly problems: readonly string[]
}

export interface Chromium {
  readonly browser: Browser
  /** Opens a page in a fresh profile, and waits until it has loaded. */
  open(url: string, setUp?: (page: TestPage) => void | Promise<void>): Promise<TestPage>
  /** Chromium's own protocol, for what playwright has no word for: `Page.setWebLifecycleState`, processes. */
  devTools(page: Page): Promise<CDPSession>
  closePages(): Promise<void>
  close(): Promise<void>
}

/** Chromiums that suites share, by their options: starting one takes a second, and every page has a profile of its own. */
const shared = new Map<string, Promise<Chromium>>()

/** For a suite: hooks that start Chromium, if no suite before has, and close every page after each test. */
export function useChromium(options: ChromiumOptions = {}): Chromium {
  let running: Chromium | undefined
  const get = (): Chromium => {
    if (running === undefined) throw new Error('Chromium runs only while its suite does')
    return running
  }
  before(async function () {
    needs(this, 'chromium')
    this.timeout(30_000)
    const key = JSON.stringify(options)
    const starting = shared.get(key) ?? startChromium(options)
    shared.set(key, starting)
    running = await starting
  })
  afterEach(() => running?.closePages())
  after(() => {
    running = undefined
  })
  return {
    get browser() {
      return get().browser
    },
    open: (url, setUp) => get().open(url, setUp),
    devTools: (page) => get().devTools(page),
    closePages: () => get().closePages(),
    close: () => get().close()
  }
}

// After all suites, since it is said outside of any; the benchmarks start Chromiums of their own, without hooks.
if (typeof after === 'function') {
  after(async () => {
    for (const starting of shared.values()) await (await starting).close()
  })
}

/** Starts a Chromium of its own; {@link useChromium} is what most suites want. */
export async function startChromium(options: ChromiumOptions = {}): Promise<Chromium> {
  const browser = await chromium.launch({ executablePath: PROGRAM, headless: true, args: flagsOf(options) })
  const contexts = new Set<BrowserContext>()

  async function open(url: string, setUp?: (page: TestPage) => void | Promise<void>): Promise<TestPage> {
    const context = await browser.newContext()
    contexts.add(context)
    const page = watched(await context.newPage())
    // What tsx makes of a named function inside `page.evaluate` calls this.
    await page.addInitScript('globalThis.__name = (value) => value')
    await setUp?.(page)
    await page.goto(url)
    return page
  }

  async function closePages(): Promise<void> {
    const all = [...contexts]
    contexts.clear()
    await Promise.all(all.map((context) => context.close()))
  }

  return {
    browser,
    open,
    devTools: (page) => page.context().newCDPSession(page),
    closePages,
    close: () => browser.close()
  }
}

/** The switches that make these choices. */
export function flagsOf({
  microphone,
  autoplay = true,
  udp = true,
  mdns = false,
  flags = []
}: ChromiumOptions): string[] {
  const all = [...QUIET, ...flags]
  if (microphone !== undefined) {
    all.push(
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${microphone}`
    )
  }
  if (autoplay) all.push('--autoplay-policy=no-user-gesture-required')
  if (!udp) all.push('--webrtc-ip-handling-policy=disable_non_proxied_udp')
  if (!mdns) all.push('--disable-features=WebRtcHideLocalIpsWithMdns')
  return all
}

/** Notes what goes wrong in a page. */
export function watched(page: Page): TestPage {
  const problems: string[] = []
  page.on('console', (message) => {
    const { url } = message.location()
    // Browsers ask for it unasked.
    if (message.type() === 'error' && !url.endsWith('/favicon.ico'))
      problems.push(`${message.text()} (${url})`)
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('crash', () => problems.push('the page crashed'))
  return Object.assign(page, { problems })
}
