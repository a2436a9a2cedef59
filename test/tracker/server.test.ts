import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { TLSSocket } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseLink } from '../../src/protocol/wire/link.js'
import type { TrackerOptions } from '../../src/tracker/options.js'
import { startTracker, type TrackerServer } from '../../src/tracker/server.js'
import { ask, askJson, Client, joined, joinOf, originOf, someBroadcast } from './tracker-client.js'

describe('tracker server', () => {
  let tracker: TrackerServer
  const start = async (options: TrackerOptions = {}): Promise<string> => {
    tracker = await startTracker({ host: '127.0.0.1', port: 0, ...options })
    return tracker.url
  }
  afterEach(() => tracker.close(0))

  it('says that it lives, that it is ready, and what it does', async () => {
    const url = await start()
    await joined(url, originOf(1))
    await joined(url, joinOf(2))
    await joined(url, joinOf(3, { role: 'relay' }))
    expect(await askJson(url, '/healthz')).to.deep.equal({ status: 'ok' })
    expect(await askJson(url, '/readyz')).to.deep.equal({ status: 'ready' })
    expect(await askJson(url, '/stats.json')).to.include({
      broadcasts: 1,
      peers: 3,
      listeners: 1,
      relays: 1,
      origins: 1,
      joins: 3,
      connections: 3,
      accepted: 3,
      draining: false
    })
    expect((await ask(url, '/none')).status).to.equal(404)
    const posted = await fetch(`${url.replace('ws', 'http')}/stats.json`, { method: 'POST' })
    expect(posted.status).to.equal(405)
  })

  it('counts a peer once that comes back before its old connection is gone', async () => {
    const url = await start()
    await joined(url, joinOf(2))
    const again = await joined(url, joinOf(2))
    const welcome = await again.message('welcome')
    expect(welcome.peers).to.equal(1)
    expect(await askJson(url, '/stats.json')).to.include({ peers: 1, listeners: 1, connections: 2 })
  })

  describe('for programs that know Icecast', () => {
    const source = async (url: string): Promise<unknown> =>
      ((await askJson(url, '/status-json.xsl')).icestats as Record<string, unknown>).source

    it('counts listeners, and names nobody unless it is told to', async () => {
      const url = await start()
      expect(await source(url)).to.equal(undefined)
      await joined(url, originOf(1))
      await joined(url, joinOf(2))
      const third = await joined(url, joinOf(3))
      expect(await source(url)).to.deep.equal({
        listeners: 2,
        listener_peak: 2,
        server_name: 'unlisted',
        server_type: 'application/ogg'
      })
      await third.close()
      while (tracker.stats().connections > 2) await new Promise((resolve) => setImmediate(resolve))
      expect(await source(url)).to.include({ listeners: 1, listener_peak: 2 })
    })

    it('is a directory where it is told to be, with links that work', async () => {
      const url = await start({ directory: true, publicUrl: 'wss://tracker.example.org' })
      await joined(url, originOf(1))
      await joined(url, originOf(1, { broadcast: { ...someBroadcast, name: 'ä/b' } }))
      const sources = (await source(url)) as { listenurl: string; server_name: string }[]
      expect(sources.map(({ server_name: name }) => name)).to.deep.equal(['show', 'ä/b'])
      expect(parseLink(sources[1]!.listenurl)).to.deep.equal({
        publisher: someBroadcast.publisher,
        name: 'ä/b',
        trackers: ['wss://tracker.example.org']
      })
    })
  })

  describe('turns away', () => {
    const from = (address: string) => ({ 'X-Forwarded-For': address })
    const trusting = { trustedProxies: ['127.0.0.1'] }

    it('pages of other origins, and no programs', async () => {
      const url = await start({ origins: ['https://example.org'] })
      expect(await new Client(url, { Origin: 'https://evil.example' }).opened).to.equal(403)
      expect(await new Client(url, { Origin: 'https://example.org' }).opened).to.equal(101)
      expect(await new Client(url).opened).to.equal(101)
      expect(tracker.stats()).to.deep.include({ accepted: 2, rejectedFor: { origin: 1 } })
    })

    it('who is banned, behind a proxy that is trusted', async () => {
      const url = await start({ ...trusting, banned: ['192.0.2.0/24', '2001:db8::/32'] })
      expect(await new Client(url, from('192.0.2.7')).opened).to.equal(403)
      expect(await new Client(url, from('::ffff:192.0.2.8')).opened).to.equal(403)
      expect(await new Client(url, from('2001:db8::1')).opened).to.equal(403)
      expect(await new Client(url, from('198.51.100.1')).opened).to.equal(101)
      expect(
        await new Client(url, from('192.0.2.7, 198.51.100.1')).opened,
        'anybody could say that'
      ).to.equal(101)
    })

    it('nobody for what a proxy says that is not trusted', async () => {
      const url = await start({ banned: ['192.0.2.0/24'] })
      expect(await new Client(url, from('192.0.2.7')).opened).to.equal(101)
    })

    it('more new connections of one address than allowed, and says when to come again', async () => {
      const url = await start({ ...trusting, joinBurst: 3, joinsPerSecond: 0.001 })
      for (let n = 0; n < 3; n++) {
        const client = new Client(url, from('198.51.100.1'))
        expect(await client.opened).to.equal(101)
        client.send(joinOf(n))
        await client.message('welcome')
      }
      expect(await new Client(url, from('198.51.100.1')).opened).to.equal(429)
      expect(await new Client(url, from('198.51.100.2')).opened, 'others are let in').to.equal(101)
      expect(tracker.stats().peers, 'and nobody who was in has to go').to.equal(3)
    })

    it('an address of which twenty have not joined yet', async () => {
      const url = await start({ ...trusting, joinBurst: 100 })
      const silent = Array.from({ length: 20 }, () => new Client(url, from('198.51.100.1')))
      await Promise.all(silent.map(({ opened }) => opened))
      expect(await new Client(url, from('198.51.100.1')).opened).to.equal(429)
      silent[0]!.send(joinOf(1))
      await silent[0]!.message('welcome')
      expect(await new Client(url, from('198.51.100.1')).opened).to.equal(101)
    })

    it('an address that sends what is no message, for a while', async () => {
      const url = await start({ ...trusting, joinBurst: 100 })
      for (let n = 0; n < 10; n++) {
        const client = new Client(url, from('198.51.100.1'))
        await client.opened
        client.socket.send(Uint8Array.of(1, 2))
        await client.closed
      }
      expect(await new Client(url, from('198.51.100.1')).opened).to.equal(403)
    })

    it('everybody when it is full, and is not ready then', async () => {
      const url = await start({ maxConnections: 1 })
      await joined(url, originOf(1))
      expect(await new Client(url).opened).to.equal(503)
      expect((await ask(url, '/readyz')).status).to.equal(503)
    })
  })

  describe('closing', () => {
    it('lets go of all within the time, is not ready meanwhile, and lets nobody in', async () => {
      const url = await start()
      const clients = await Promise.all(Array.from({ length: 30 }, (_, n) => joined(url, joinOf(n))))
      const done = tracker.close(5)
      expect(await ask(url, '/readyz')).to.deep.include({ status: 503, text: '{"status":"draining"}\n' })
      expect(await new Client(url).opened).to.equal(503)
      expect(tracker.stats().connections, 'not all at once').to.be.above(0)
      await Promise.all([done, ...clients.map(({ closed }) => closed)])
      expect(tracker.stats()).to.include({ connections: 0, peers: 0 })
    })
  })

  describe('with TLS of its own', () => {
    let folder: string
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'treecast-tls-'))
      for (const name of ['one', 'two']) {
        const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
        const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)]
        const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
        execFileSync('openssl', ['req', ...kind, ...files, ...subject], { stdio: 'ignore' })
      }
    })
    after(() => rmSync(folder, { recursive: true }))

    const nameShown = (url: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        get(
          `${url.replace('wss', 'https')}/healthz`,
          { rejectUnauthorized: false, agent: false },
          (response) => {
            response.resume()
            const { socket } = response
            resolve(socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : undefined)
          }
        ).on('error', reject)
      })

    it('is reached by wss, and takes a renewed certificate without losing anybody', async () => {
      const cert = join(folder, 'cert.pem')
      const key = join(folder, 'key.pem')
      const use = (name: string): void => {
        copyFileSync(join(folder, `${name}.pem`), cert)
        copyFileSync(join(folder, `${name}.key`), key)
      }
      use('one')
      const url = await start({ tls: { cert, key } })
      expect(url).to.match(/^wss:/)
      const client = new Client(url, {}, readFileSync(cert))
      await client.opened
      client.send(joinOf(1))
      await client.message('welcome')
      use('two')
      expect(await nameShown(url)).to.equal('one')
      tracker.reloadCertificate()
      expect(await nameShown(url)).to.equal('two')
      copyFileSync(cert, key)
      expect(() => tracker.reloadCertificate()).to.throw(/no certificate and its key/)
      expect(await nameShown(url)).to.equal('two')
      expect(tracker.stats().peers).to.equal(1)
    })
  })

  it('tells its log what happens, and no address unless it is told to', async () => {
    for (const logAddresses of [false, true]) {
      const lines: object[] = []
      const write = (data: object, text: string): void => void lines.push({ text, ...data })
      const log = { debug: write, info: write, warn: write, error: write }
      const url = await start({ log, logAddresses, origins: ['https://example.org'] })
      await new Client(url, { Origin: 'https://evil.example' }).opened
      await tracker.close(0)
      expect(lines.map((line) => 'text' in line && line.text)).to.deep.equal([
        'listening',
        'turned away',
        'closing',
        'closed'
      ])
      expect('address' in lines[1]!).to.equal(logAddresses)
    }
  })
})
