import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** For each folder of src the folders that it may import, beside itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  transport: ['protocol'],
  audio: ['protocol'],
  recording: ['protocol', 'audio'],
  runtime: ['protocol', 'transport', 'audio'],
  sim: ['protocol'],
  sweep: ['protocol', 'sim'],
  tracker: ['protocol', 'transport', 'runtime'],
  api: ['protocol', 'transport', 'audio', 'recording', 'runtime'],
  player: ['index.ts'],
  cli: ['protocol', 'transport', 'audio', 'recording', 'runtime', 'tracker', 'api', 'sim', 'sweep']
}

/** The same within protocol. The files beside the folders join them. */
const ARROWS_IN_PROTOCOL: Readonly<Record<string, readonly string[]>> = {
  wire: ['media/frame.ts', 'tree/stripes.ts', 'limits.ts', 'errors.ts'],
  media: ['wire/', 'limits.ts', 'machine.ts', 'notice.ts', 'random.ts'],
  tree: ['wire/', 'limits.ts', 'machine.ts', 'notice.ts', 'random.ts']
}

interface Import {
  readonly from: string
  /** A path below src, or a package. */
  readonly to: string
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]))

const imports: Import[] = []
for (const [from, source] of sources) {
  for (const match of source.matchAll(
    /^(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm
  )) {
    const specifier = (match[1] ?? match[2] ?? match[3])!
    const to = specifier.startsWith('.')
      ? relative(SRC, join(SRC, dirname(from), specifier)).replace(/\.js$/, '.ts')
      : specifier
    imports.push({ from, to })
  }
}

const folderOf = (path: string): string => path.split('/')[0]!
const isInside = ({ to }: Import): boolean => sources.has(to)
const told = (wrong: readonly Import[]): string[] => wrong.map(({ from, to }) => `${from} imports ${to}`)

/** A source without its comments and texts. */
function codeOf(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
}

describe('architecture', () => {
  it('every relative import leads to a file', () => {
    expect(imports.length).to.be.above(100)
    const lost = imports.filter(
      ({ from, to }) => !sources.has(to) && (to.endsWith('.ts') || to.startsWith('..')) && from !== to
    )
    expect(told(lost)).to.deep.equal([])
  })

  it('every folder has its arrows', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map(folderOf))
    expect([...folders].filter((folder) => !(folder in ARROWS))).to.deep.equal([])
  })

  for (const [folder, allowed] of Object.entries(ARROWS)) {
    it(`${folder} imports ${allowed.length === 0 ? 'no other folder' : `only ${allowed.join(', ')}`}`, () => {
      const wrong = imports.filter((each) => {
        if (folderOf(each.from) !== folder || !each.from.includes('/') || !isInside(each)) return false
        return folderOf(each.to) !== folder && !allowed.includes(folderOf(each.to))
      })
      expect(told(wrong)).to.deep.equal([])
    })
  }

  it('nothing imports the command line but itself', () => {
    const wrong = imports.filter(
      ({ from, to }) => folderOf(to) === 'cli' && folderOf(from) !== 'cli' && from !== 'cli.ts'
    )
    expect(told(wrong)).to.deep.equal([])
  })

  it('protocol imports no package but uint8arrays', () => {
    const wrong = imports.filter(
      (each) => folderOf(each.from) === 'protocol' && !isInside(each) && !each.to.startsWith('uint8arrays/')
    )
    expect(told(wrong)).to.deep.equal([])
  })

  for (const [folder, allowed] of Object.entries(ARROWS_IN_PROTOCOL)) {
    it(`protocol/${folder} imports only ${allowed.join(', ')}`, () => {
      const wrong = imports.filter((each) => {
        if (!each.from.startsWith(`protocol/${folder}/`) || !isInside(each)) return false
        const inside = each.to.replace(/^protocol\//, '')
        return !inside.startsWith(`${folder}/`) && !allowed.some((prefix) => inside.startsWith(prefix))
      })
      expect(told(wrong)).to.deep.equal([])
    })
  }

  it('protocol has no clock, no chance, no input and no output of its own', () => {
    const ambient =
      /\b(?:Date|Promise|async|await|process|Buffer|performance|crypto|console|globalThis|require|fetch)\b|Math\.random|\bset(?:Timeout|Interval|Immediate)\b|queueMicrotask|node:/
    const wrong = [...sources]
      .filter(([file]) => file.startsWith('protocol/'))
      .flatMap(([file, source]) => {
        const match = ambient.exec(codeOf(source))
        return match === null ? [] : [`${file}: ${match[0]}`]
      })
    expect(wrong).to.deep.equal([])
  })

  it('sim runs in a page too', () => {
    const wrong = imports.filter(
      ({ from, to }) => (folderOf(from) === 'sim' || from === 'sim.ts') && to.startsWith('node:')
    )
    expect(told(wrong)).to.deep.equal([])
  })

  it('every limit is used, and not by tests alone', () => {
    const names = [...sources.get('protocol/limits.ts')!.matchAll(/^export const (\w+)/gm)].map(
      ([, name]) => name!
    )
    expect(names.length).to.be.above(50)
    const others = [...sources]
      .filter(([file]) => file !== 'protocol/limits.ts')
      .map(([, source]) => source)
      .join('\n')
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(others))).to.deep.equal([])
  })
})
