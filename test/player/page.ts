/** Pages with the real player above listeners that do what the test tells them: bundled, and served as to a visitor. */

import { nodeResolve } from '@rollup/plugin-node-resolve'
import { expect } from 'chai'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Plugin, rollup } from 'rollup'
import ts from 'typescript'
import { type Chromium, type TestPage, useChromium } from '../browser/chromium.js'
import { type Site, startSite } from '../browser/site.js'

const PLAYER = fileURLToPath(new URL('../../src/player.ts', import.meta.url))
const CORE = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
const MADE_UP = fileURLToPath(new URL('made-up.ts', import.meta.url))

/** TypeScript as it stands in the source tree, so that a test of the player needs no build. */
const typescript: Plugin = {
  name: 'typescript',
  resolveId(id, from) {
    if (from === undefined || !id.startsWith('.') || !from.endsWith('.ts')) return null
    const file = join(from, '..', id.replace(/\.js$/, '.ts'))
    return file === CORE ? MADE_UP : file
  },
  async load(file) {
    if (!file.endsWith('.ts')) return null
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true
    }
    return ts.transpileModule(await readFile(file, 'utf8'), { compilerOptions }).outputText
  }
}

/** Made once for all suites of a run. */
let code: Promise<string> | undefined

async function bundle(): Promise<string> {
  const made = await rollup({ input: PLAYER, plugins: [typescript, nodeResolve({ browser: true })] })
  const { output } = await made.generate({ format: 'es', inlineDynamicImports: true })
  await made.close()
  return output[0].code
}

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>A player</title>
<script type="module" src="/player/player.js"></script>
<main></main>
</html>`

export interface PlayerPages {
  /** Opens a page in which the element is defined; `window.stage` has the rest. */
  open(setUp?: (page: TestPage) => void | Promise<void>): Promise<TestPage>
  readonly chromium: Chromium
}

/** For a suite: pages under the strict policy; after each test there must have been no error and no violation of it. */
export function usePlayerPages(): PlayerPages {
  let site: Site
  let folder: string
  let pages: TestPage[] = []

  before(async function () {
    this.timeout(60_000)
    folder = await mkdtemp(join(tmpdir(), 'treecast-player-'))
    await writeFile(join(folder, 'player.js'), await (code ??= bundle()))
    await writeFile(join(folder, 'index.html'), HTML)
    site = await startSite({ folders: { '/player/': folder } })
  })

  // Before the hook of Chromium's that closes them.
  afterEach(() => {
    const problems = pages.flatMap((page) => page.problems)
    pages = []
    expect(problems).to.deep.equal([])
    expect(site.violations).to.deep.equal([])
  })

  const chromium = useChromium()

  after(async () => {
    await site.close()
    await rm(folder, { recursive: true })
  })

  return {
    chromium,
    open: async (setUp) => {
      const page = await chromium.open(site.url('player/index.html'), setUp)
      pages.push(page)
      return page
    }
  }
}
