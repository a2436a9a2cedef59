import { expect } from 'chai'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyPairFromSeed } from '../../src/runtime/crypto.js'
import {
  type CertifyOptions,
  formatShowKeys,
  makeShowKeyFile,
  makeShowKeys,
  parseShowKeys,
  readShowKeyFile,
  type ShowKeyFile,
  showKeysFrom
} from '../../src/runtime/show-key-file.js'

const ROOT = keyPairFromSeed(new Uint8Array(32).fill(5))
const OTHER = keyPairFromSeed(new Uint8Array(32).fill(6))

function made(change: Partial<CertifyOptions> = {}, now = Date.now()): Promise<ShowKeyFile> {
  return makeShowKeys(ROOT, { name: 'live', hours: 24, count: 3, stripes: 4, ...change }, now)
}

describe('a file of show keys', () => {
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-show-keys-'))
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('says what was written to it', async () => {
    const file = await made()
    expect(parseShowKeys('x', formatShowKeys(file))).to.deep.equal(file)
  })

  it('gives each key once, with the certificate that is asked for, and none when it is empty', async () => {
    const path = join(folder, 'once.keys')
    const file = await made({ count: 2 })
    await makeShowKeyFile(path, file)
    const keys = await showKeysFrom(path)
    const first = await keys.next()
    expect(first.certificate).to.deep.equal(file.keys[0]!.begins)
    const second = await keys.next(first.certificate.epoch)
    expect(second.certificate).to.deep.equal(file.keys[1]!.continues)
    expect((await readShowKeyFile(path)).keys).to.deep.equal([])
    const error: unknown = await keys.next(second.certificate.epoch).catch((reason: unknown) => reason)
    expect((error as Error).message).to.match(/all have been used; .*treecast key rotate/)
  })

  it('gives none that is out of date, or not above the one before', async () => {
    const path = join(folder, 'old.keys')
    await makeShowKeyFile(path, await made({ hours: 1 }, Date.now() - 7_200_000))
    const keys = await showKeysFrom(path)
    const error: unknown = await keys.next().catch((reason: unknown) => reason)
    expect((error as Error).message).to.match(/out of date/)
    const fresh = await made()
    await writeFile(path, formatShowKeys(fresh))
    const later: unknown = await keys.next(fresh.highest).catch((reason: unknown) => reason)
    expect((later as Error).message).to.match(/of an epoch that is over/)
  })

  it('is refused where others can read it', async () => {
    const path = join(folder, 'open.keys')
    await makeShowKeyFile(path, await made())
    await chmod(path, 0o644)
    const error: unknown = await showKeysFrom(path).catch((reason: unknown) => reason)
    expect((error as Error).message).to.match(/open to others \(mode 0644\)/)
  })

  it('has epochs above those that it revokes', async () => {
    const before = await made()
    const after = await made({ above: before.highest })
    expect(after.keys[0]!.begins.epoch).to.equal(before.highest + 1)
  })

  it('says what is wrong with it', async () => {
    const good = await made()
    const forged = await makeShowKeys(OTHER, { name: 'live', hours: 1, count: 1, stripes: 4 }, Date.now())
    const text = (file: Partial<Record<string, unknown>>): string =>
      JSON.stringify({ ...(JSON.parse(formatShowKeys(good)) as object), ...file })
    const [key] = (JSON.parse(formatShowKeys(good)) as { keys: Record<string, string>[] }).keys
    const [foreign] = (JSON.parse(formatShowKeys(forged)) as { keys: Record<string, string>[] }).keys
    const wrong: [string, RegExp][] = [
      ['{', /no JSON/],
      ['{}', /"treecast"/],
      ['[]', /"treecast"/],
      [text({ publisher: 'x' }), /"publisher" is no key/],
      [text({ name: '' }), /"name"/],
      [text({ stripes: 17 }), /"stripes"/],
      [text({ highest: -1 }), /"highest"/],
      [text({ keys: {} }), /"keys" is no list/],
      [text({ keys: [1] }), /key 1: it is no object/],
      [text({ keys: [{}] }), /key 1: it has no "seed"/],
      [text({ keys: [{ ...key, seed: 'AAAA' }] }), /not 32 bytes/],
      [text({ keys: [{ ...key, begins: 'AAAA' }] }), /key 1: /],
      [text({ keys: [key, { ...key, begins: key!.continues }] }), /key 2: "begins" is no certificate/],
      [text({ keys: [foreign] }), /key 1: the certificate is of another broadcast/]
    ]
    for (const [content, problem] of wrong) {
      expect(() => parseShowKeys('file', content), content.slice(0, 80)).to.throw(problem)
    }
    expect(await readFile(join(folder, 'once.keys'), 'utf8')).to.include('"keys": []')
  })
})
