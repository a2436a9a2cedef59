import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { reachable } from './modules.js'

const BROWSER = fileURLToPath(new URL('../../dist/browser/', import.meta.url))

/** What a page waits for before it can listen: the entry, WebRTC included, and what it imports at once. */
const MAX_CORE_KB = 45

/** What the element may add to that. */
const MAX_PLAYER_KB = 8

/** Nothing else is fetched by everybody; these are what lazy parts weigh today, with some room. */
const MAX_LAZY_KB: Readonly<Record<string, number>> = {
  'worklet.js': 4,
  'capture-worklet.js': 1,
  'vendor-libp2p.js': 135,
  'vendor-opus-decoder.js': 70,
  'vendor-mediabunny.js': 42,
  'vendor-ed25519.js': 4
}

/** As a static host sends it; KB. */
function gzipped(file: string): number {
  return gzipSync(readFileSync(BROWSER + file), { level: 9 }).length / 1000
}

function sum(files: Iterable<string>): number {
  return [...files].reduce((total, file) => total + gzipped(file), 0)
}

describe('sizes of browser bundles, minified, gzip -9', () => {
  let core: Set<string>
  let player: Set<string>

  before(() => {
    core = reachable(BROWSER, ['index.js'], ['now'])
    player = new Set([...reachable(BROWSER, ['player.js'], ['now'])].filter((file) => !core.has(file)))
    const lazy = readdirSync(BROWSER)
      .filter((file) => file.endsWith('.js') && !core.has(file) && !player.has(file))
      .filter((file) => !file.includes('global'))
    const line = (what: string, kb: number): string => `  ${what.padEnd(44)}${kb.toFixed(1).padStart(7)} KB`
    const table = [
      line(`core, at most ${MAX_CORE_KB}: ${[...core].join(' + ')}`, sum(core)),
      line(`player, at most ${MAX_PLAYER_KB} more: ${[...player].join(' + ')}`, sum(player)),
      line('classic script: treecast.global.js', gzipped('treecast.global.js')),
      ...lazy.map((file) => line(`lazy: ${file}`, gzipped(file)))
    ]
    process.stdout.write(`\n${table.join('\n')}\n`)
  })

  it(`the core is at most ${MAX_CORE_KB} KB`, () => {
    expect(sum(core)).to.be.at.most(MAX_CORE_KB)
  })

  it(`the player adds at most ${MAX_PLAYER_KB} KB`, () => {
    expect(sum(player)).to.be.at.most(MAX_PLAYER_KB)
  })

  it('the classic script is no larger than both', () => {
    expect(gzipped('treecast.global.js')).to.be.at.most(MAX_CORE_KB + MAX_PLAYER_KB)
  })

  for (const [file, limit] of Object.entries(MAX_LAZY_KB)) {
    it(`${file} is fetched when it is needed, and is at most ${limit} KB`, () => {
      expect([...core, ...player]).not.to.include(file)
      expect(gzipped(file)).to.be.at.most(limit)
    })
  }
})
