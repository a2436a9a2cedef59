import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { reachable } from './modules.js'
import { link, pack, type Packed, ROOT, targets } from './packed.js'

/** Beside what entries lead to. */
const PAPERS = ['CHANGELOG.md', 'LICENSE', 'PROTOCOL.md', 'README.md']

/** Entries that are files for a server or a script tag, and nobody's import. */
const ASSETS = ['worklet.js', 'capture-worklet.js', 'treecast.global.js']

describe('the packed package', function () {
  this.timeout(120_000)
  let packed: Packed
  let folder: string
  before(() => {
    packed = pack()
    folder = join(packed.project, 'node_modules/treecast')
  })

  /** The files that exports and commands name, with what these import. */
  function needed(): Set<string> {
    const named = [...Object.values(packed.manifest.exports), packed.manifest.bin].flatMap(targets)
    const files = named.map((path) => path.replace(/^\.\//, ''))
    // What worker threads of the command run.
    files.push('dist/sweep-thread.js')
    const scripts = files.filter((file) => file.endsWith('.js'))
    const all = new Set([...files, ...reachable(folder, scripts, ['now', 'later'])])
    // The classic script names its lazy parts without an import, and declarations import by other names. What a published page
    // needs is copied beside it.
    for (const file of packed.files) {
      if (file.startsWith('dist/types/') || file.startsWith('dist/browser/global-')) all.add(file)
    }
    all.add('dist/browser/published.js')
    return all
  }

  it('holds what its entries need', () => {
    expect([...needed()].filter((file) => !packed.files.includes(file))).to.deep.equal([])
  })

  it('holds nothing else but source maps, licences and papers', () => {
    const all = needed()
    const others = packed.files.filter(
      (file) => !all.has(file.replace(/\.map$|\.LICENSE\.txt$/, (end) => (end === '.map' ? '' : '.js')))
    )
    expect(others).to.deep.equal(PAPERS)
  })

  it('has a source map wherever a file names one', () => {
    const wrong = packed.files
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => {
        const map = /\n\/\/# sourceMappingURL=(.*)\n?$/.exec(readFileSync(join(folder, file), 'utf8'))?.[1]
        const isThere = map === undefined || packed.files.includes(join(file, '..', map))
        return isThere ? [] : [file]
      })
    expect(wrong).to.deep.equal([])
  })

  it('is what publint wants it to be', async () => {
    const { messages } = await publint({ pkgDir: folder, pack: false, strict: true })
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).to.deep.equal([])
  })

  it('has the types that arethetypeswrong wants', () => {
    const program = join(ROOT, 'node_modules/.bin/attw')
    const args = [packed.tarball, '--no-definitely-typed', '--no-color', '--no-emoji']
    // The package is modules alone: from CommonJS it is `require`d as Node.js does that, or not at all.
    args.push('--profile', 'esm-only', '--exclude-entrypoints', ...ASSETS)
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
    expect(status, stdout + stderr).to.equal(0)
  })

  /** What TypeScript says of a file that uses the package, in a project that checks its declarations too. */
  function compile(source: string, options: Readonly<Record<string, unknown>>): string {
    writeFileSync(join(packed.project, 'user.mts'), source)
    const compilerOptions = { target: 'ES2022', strict: true, noEmit: true, skipLibCheck: false, ...options }
    writeFileSync(
      join(packed.project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['user.mts'] })
    )
    const program = join(ROOT, 'node_modules/.bin/tsc')
    return spawnSync(program, ['-p', packed.project], { encoding: 'utf8' }).stdout
  }

  it('is typed in a page, without the types of Node.js', () => {
    const source = `
      import { listen, TreecastError, type WebListener } from 'treecast'
      import { TreecastPlayer } from 'treecast/player'
      import { libp2pTransport } from 'treecast/libp2p'
      import { type Verification, verifyRecording } from 'treecast/recording'
      import { simulate, type Topology } from 'treecast/sim'
      const listener: Promise<WebListener> = listen('treecast:key/show')
      const player: TreecastPlayer = document.createElement('treecast-player')
      const topology: Topology | undefined = undefined
      const found: Promise<Verification> = verifyRecording(new Blob([]), new Blob([]))
      export { found, libp2pTransport, listener, player, simulate, topology, TreecastError }
    `
    const options = {
      module: 'ESNext',
      moduleResolution: 'bundler',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      types: []
    }
    expect(compile(source, options)).to.equal('')
  })

  it('is typed in Node.js', () => {
    link(packed.project, '@types/node', '@types/ws')
    const source = `
      import { listen, startTracker, writeFrames } from 'treecast'
      import { openSource } from 'treecast/node'
      import { libp2pTransport } from 'treecast/libp2p'
      import { readScenario, resultFiles, simulate } from 'treecast/sim'
      const files = simulate(readScenario({ name: 'mine' }, 'mine')).then((result) => resultFiles(result, { version: '1' }))
      export { files, libp2pTransport, listen, openSource, startTracker, writeFrames }
    `
    const options = { module: 'NodeNext', moduleResolution: 'NodeNext', lib: ['ES2023'], types: ['node'] }
    expect(compile(source, options)).to.equal('')
  })
})
