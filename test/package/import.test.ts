import { expect } from 'chai'
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import process from 'node:process'
import { pack, type Packed } from './packed.js'

/** In a process of its own: what an entry exports. It fails where the import makes a global, or leaves Node.js something
 * to wait for. */
const IMPORT = `
  const before = new Set(Object.getOwnPropertyNames(globalThis))
  const exported = await import(process.argv[1])
  const made = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name))
  if (made.length > 0) throw new Error('made ' + made.join(', '))
  console.log(Object.keys(exported).join(' '))
`

describe('without a DOM, the installed package', function () {
  this.timeout(60_000)
  let packed: Packed
  before(() => {
    packed = pack()
  })

  function imported(specifier: string): string[] {
    const args = ['--input-type=module', '--eval', IMPORT, specifier]
    const options = { cwd: packed.project, encoding: 'utf8', timeout: 30_000 } as const
    return execFileSync(process.execPath, args, options).trim().split(' ')
  }

  it('imports as treecast, which is treecast/node there', () => {
    const names = imported('treecast')
    expect(names).to.include.members(['broadcast', 'listen', 'startTracker', 'TreecastError'])
    expect(imported('treecast/node')).to.deep.equal(names)
  })

  it('imports as treecast for a browser, as a bundler for a server would', () => {
    const names = imported('./node_modules/treecast/dist/browser/index.js')
    expect(names).to.include.members(['broadcast', 'listen', 'mediaStreamSource', 'TreecastError'])
    expect(names).not.to.include('startTracker')
  })

  it('imports as treecast/player, which defines nothing', () => {
    expect(imported('treecast/player')).to.deep.equal(['TreecastPlayer'])
  })

  it('imports as treecast/libp2p, for either world', () => {
    expect(imported('treecast/libp2p')).to.include.members(['libp2pTransport', 'DialError'])
    expect(imported('./node_modules/treecast/dist/browser/libp2p.js')).to.include('libp2pTransport')
  })

  it('imports as treecast/sim, for either world', () => {
    const names = ['simulate', 'readScenario', 'resultFiles', 'shippedScenarios', 'TreecastError']
    expect(imported('treecast/sim')).to.include.members(names)
    expect(imported('./node_modules/treecast/dist/browser/sim.js')).to.include.members(names)
  })

  it('imports as treecast/recording, for either world', () => {
    expect(imported('treecast/recording')).to.include.members(['verifyRecording', 'excerptOf'])
    expect(imported('treecast')).to.include.members(['verifyRecording', 'verifyFile'])
  })

  it('gives the address of a file for a page', () => {
    const find = 'console.log(import.meta.resolve(process.argv[1]))'
    for (const file of ['worklet.js', 'capture-worklet.js', 'treecast.global.js']) {
      const args = ['--input-type=module', '--eval', find, `treecast/${file}`]
      const url = execFileSync(process.execPath, args, { cwd: packed.project, encoding: 'utf8' }).trim()
      expect(url).to.match(new RegExp(`^file:.*/treecast/dist/browser/${file}$`))
    }
  })

  it('runs as a command', () => {
    const args = ['node_modules/treecast/dist/cli.js', '--version']
    const version = execFileSync(process.execPath, args, { cwd: packed.project, encoding: 'utf8' }).trim()
    expect(version).to.match(/^\d+\.\d+\.\d+$/)
  })

  it('says which optional packages a sweep lacks, and what it can do without them', () => {
    const sweep = (...args: string[]): SpawnSyncReturns<string> => {
      const words = ['node_modules/treecast/dist/cli.js', 'sweep', '--scenario', 'calm', '--out', 'swept']
      const options = { cwd: packed.project, encoding: 'utf8' } as const
      return spawnSync(process.execPath, [...words, ...args], options)
    }
    const onThreads = sweep()
    expect(onThreads.stderr).to.match(/^treecast: .* package piscina: npm install piscina$/m)
    expect(onThreads.status).to.equal(2)
    const byRedis = sweep('--redis', 'redis://127.0.0.1:1')
    expect(byRedis.stderr).to.match(/^treecast: .* bullmq and ioredis: npm install bullmq ioredis$/m)
    expect(byRedis.status).to.equal(2)
    expect(sweep('--jobs', 'slurm').status).to.equal(0)
  })
})
