import { expect } from 'chai'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodePage } from '../../src/audio/ogg/page.js'
import { formatLink, parseLink } from '../../src/index.js'
import { keyPairFromSeed } from '../../src/runtime/crypto.js'
import { readOpus } from './opus-files.js'
import {
  endAll,
  expectFailure,
  plain,
  SHOW,
  startBroadcast,
  startTracker,
  stop,
  treecast,
  type Treecast
} from './processes.js'

/** A port of loopback where nobody listens: it was free a moment ago. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `ws://127.0.0.1:${port}`
}

const someKey = keyPairFromSeed(new Uint8Array(32).fill(9)).publicKey

describe('bad input', function () {
  this.timeout(60_000)
  let folder: string
  let tracker: Treecast
  let url: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treecast-bad-'))
    ;({ tracker, url } = await startTracker())
  })

  after(async () => {
    await stop(tracker)
    await endAll()
    await rm(folder, { recursive: true })
  })

  async function source(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }

  describe('a source that is', () => {
    const broadcast = (path: string, ...args: string[]): Treecast => {
      return treecast('broadcast', path, '--tracker', url, '--speed', '50', ...args)
    }

    it('missing', () => expectFailure(broadcast(join(folder, 'none.opus')), 1, /none\.opus.*no such file/))

    it('a directory', () => expectFailure(broadcast(folder), 1, /directory/))

    it('not Ogg', async () =>
      expectFailure(broadcast(await source('text.opus', 'Once upon a time')), 1, /not Ogg/))

    it('Ogg Vorbis', async () => {
      const head = new Uint8Array(30)
      head.set([1, ...Buffer.from('vorbis')])
      const first = { serial: 1, sequence: 0, granule: 0, first: true, last: false, continued: false }
      const page = encodePage(first, [head.length], [head])
      await expectFailure(broadcast(await source('vorbis.ogg', page)), 1, /Vorbis/)
    })

    it('empty', async () => expectFailure(broadcast(await source('empty.opus', '')), 1, /empty|no audio/))

    it('truncated in its headers', async () => {
      const whole = await readFile(SHOW)
      await expectFailure(
        broadcast(await source('head.opus', whole.subarray(0, 60))),
        1,
        /ends inside the Ogg page/
      )
    })

    it('truncated in the middle: what is there is heard first', async () => {
      const whole = await readFile(SHOW)
      const path = await source('cut.opus', whole.subarray(0, 100_000))
      const origin = treecast('broadcast', path, '--tracker', url, '--speed', '4')
      const { link } = await origin.event('live')
      const listener = treecast('listen', link as string, '--out', join(folder, 'cut-heard.opus'))
      await expectFailure(origin, 1, /ends inside the Ogg page/)
      expect(await listener.exit).to.equal(0)
      expect(listener.last('ended')).to.include({ complete: true, gaps: 0 })
      const all = (await readOpus(SHOW)).frames.slice(0, Number(origin.last('ended')?.frames))
      const { frames } = await readOpus(join(folder, 'cut-heard.opus'))
      expect(frames).to.deep.equal(all.slice(-frames.length))
    })

    it('open and silent', async () => {
      const origin = treecast('broadcast', '-', '--tracker', url, '--stall-timeout', '0.5')
      await expectFailure(origin, 1, /has sent nothing for 0.5 s/)
    })
  })

  describe('a tracker that', () => {
    it('is not there, for a broadcast', async () => {
      await expectFailure(
        treecast('broadcast', SHOW, '--tracker', await deadUrl()),
        1,
        /tracker ws:.*does not answer/
      )
    })

    it('is not there, for a listener', async () => {
      const link = formatLink({ publisher: someKey, name: 'x', trackers: [await deadUrl()] })
      await expectFailure(treecast('listen', link), 1, /tracker ws:.*does not answer/)
    })

    it('has no URL', () =>
      expectFailure(treecast('broadcast', SHOW, '--tracker', 'localhost'), 2, /localhost.*ws:\/\//))

    it('is not named at all', () => expectFailure(plain('broadcast', SHOW), 2, /--tracker/))

    it('finds its port in use', async () => {
      const port = new URL(url).port
      await expectFailure(
        treecast('tracker', '--host', '127.0.0.1', '--port', port),
        1,
        /cannot listen on 127.0.0.1, port \d+: it is in use/
      )
    })
  })

  describe('a link that', () => {
    it('is none', () => expectFailure(treecast('listen', 'http://example.org/'), 2, /not a treecast link/))

    it('has a malformed key', () =>
      expectFailure(treecast('listen', 'treecast:abc/x?tr=ws://h'), 2, /key must be 52/))

    it('names no tracker', () => {
      return expectFailure(
        treecast('listen', formatLink({ publisher: someKey, name: 'x', trackers: [] })),
        2,
        /no tracker/
      )
    })

    it("has a key that is not the publisher's", async () => {
      const { origin, link } = await startBroadcast(url, SHOW)
      const wrong = formatLink({ ...parseLink(link), publisher: someKey })
      await expectFailure(treecast('listen', wrong, '--wait', '2'), 1, /not live.*check the key/)
      expect(await stop(origin)).to.equal(0)
    })
  })

  it('a reader that takes nothing does not keep a listener from ending', async () => {
    const { origin, link } = await startBroadcast(url, SHOW, '--speed', '30', '--loop')
    const listener = plain('listen', link, '--out', '-')
    await once(listener.child.stdout, 'readable')
    // More than all pipes on the way hold.
    const before = Number(origin.last('stats')?.packets ?? 0)
    await origin.event('stats', ({ packets }) => Number(packets) > before + 1000)
    listener.child.kill('SIGTERM')
    await expectFailure(listener, 1, /takes nothing any more/)
    expect(await stop(origin)).to.equal(0)
  })

  describe('an option that', () => {
    it('is out of range', () =>
      expectFailure(plain('listen', 'x', '--buffer', '7'), 2, /whole number from 100 to 5000/))

    it('is unknown', () => expectFailure(plain('listen', 'x', '--frobnicate'), 2, /unknown option/))

    it('contradicts another', async () => {
      const link = formatLink({ publisher: someKey, name: 'x', trackers: [url] })
      await expectFailure(treecast('listen', link, '--out', '-'), 2, /both want stdout/)
    })
  })

  describe('an output that', () => {
    const listen = (out: string): Treecast => {
      return treecast('listen', formatLink({ publisher: someKey, name: 'x', trackers: [url] }), '--out', out)
    }

    it('is in no directory', () =>
      expectFailure(listen(join(folder, 'no', 'where.opus')), 1, /no such directory/))

    it('is a directory', () => expectFailure(listen(folder), 1, /is a directory/))

    it('goes away while the show is on', async () => {
      const { origin, link } = await startBroadcast(url, SHOW)
      const listener = plain('listen', link, '--out', '-')
      await once(listener.child.stdout, 'data')
      listener.child.stdout.destroy()
      await expectFailure(listener, 1, /its reader has gone/)
      expect(await stop(origin)).to.equal(0)
    })
  })

  it("a broadcast's port in use", async () => {
    const { origin } = await startBroadcast(url, SHOW, '--port', '0')
    const port = new URL(url).port
    await expectFailure(
      treecast('broadcast', SHOW, '--tracker', url, '--port', port),
      1,
      /cannot listen on 127.0.0.1, port \d+: it is in use/
    )
    await stop(origin)
  })

  it('a key file that is no key', async () => {
    const path = await source('key.pem', 'hello')
    await expectFailure(
      treecast('broadcast', SHOW, '--tracker', url, '--key', path),
      1,
      /no Ed25519 private key/
    )
  })
})
