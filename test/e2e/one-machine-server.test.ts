/** The server of the page, without a browser: what it hands out, what it tells, whom it obeys. */

import { once } from 'node:events'
import { request } from 'node:http'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { readReport } from '../../examples/one-machine/page-report.js'
import { openStage } from '../../examples/one-machine/server.js'
import { Story } from '../../examples/one-machine/story.js'
import type { View } from '../../examples/one-machine/view.js'

type Stage = Awaited<ReturnType<typeof openStage>>

interface Told {
  readonly view?: View
  readonly you?: string
}

const STATS = {
  id: 'id-page',
  feeds: ['id-A', 'id-A', null, 'id-origin'],
  depth: 2,
  received: 10,
  gaps: 0,
  backfilled: 0,
  bytesIn: 9_000,
  bytesOut: 400,
  bufferMs: 500,
  frames: 50,
  neighbours: [{ id: 'id-A', transport: 'webrtc' }]
}

describe('one machine: the page’s server', () => {
  let story: Story
  let stage: Stage
  let pressed: string[]

  beforeEach(async () => {
    story = new Story({ durationMs: 62_000, speed: 1 })
    pressed = []
    const show = {
      story,
      killBusiest: () => void pressed.push('kill'),
      add: () => void pressed.push('add')
    }
    stage = await openStage(show, 0)
  })

  afterEach(() => stage.close())

  /** Ada feeds Bo. */
  function play(): void {
    const now = Date.now()
    story.originTold({ event: 'stats', id: 'id-origin', packets: 10, sent: 20, frames: 50, bytesOut: 1 }, now)
    for (const [name, feeds] of [
      ['A', ['id-origin']],
      ['B', ['id-A']]
    ] as const) {
      const listener = story.add({ isExtra: false })
      story.listenerTold(listener, { event: 'playing', startupMs: 400 }, now)
      story.listenerTold(listener, { event: 'stats', ...STATS, id: `id-${name}`, feeds }, now)
    }
  }

  async function token(): Promise<string> {
    const page = await (await fetch(stage.address)).text()
    return /<meta name="token" content="([\w-]{20,})"/.exec(page)![1]!
  }

  function press(button: string, headers: Record<string, string>): Promise<Response> {
    return fetch(new URL(button, stage.address), { method: 'POST', headers })
  }

  async function join(
    name: string,
    { key, origin }: { key?: string; origin?: string } = {}
  ): Promise<Visitor> {
    const words = new URLSearchParams({ page: name, token: key ?? (await token()) })
    const url = new URL(`/story?${words}`, stage.address.replace('http', 'ws'))
    return new Visitor(new WebSocket(url, { origin: origin ?? new URL(stage.address).origin }))
  }

  it('is on loopback, and hands out the page, its parts and the player beside it', async () => {
    expect(stage.address).to.match(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/main.js', 'text/javascript'],
      ['/style.css', 'text/css'],
      ['/icon.svg', 'image/svg+xml'],
      ['/treecast/index.js', 'text/javascript']
    ]) {
      const response = await fetch(new URL(path!, stage.address))
      expect(response.status, path).to.equal(200)
      expect(response.headers.get('content-type'), path).to.include(type)
    }
  })

  it('hands out nothing else', async () => {
    for (const path of [
      '/server.js',
      '/../server.js',
      '/%2e%2e/server.js',
      '/treecast/../cli.js',
      '/show.opus'
    ]) {
      expect((await get(path)).status, path).to.equal(404)
    }
    expect((await fetch(stage.address, { method: 'PUT' })).status).to.equal(405)
  })

  it('has a strict content security policy, on whatever it answers', async () => {
    for (const path of ['/', '/main.js', '/nowhere']) {
      const { headers } = await fetch(new URL(path, stage.address))
      const policy = headers.get('content-security-policy')!.split('; ')
      expect(policy, path).to.include.members([
        "default-src 'none'",
        "style-src 'self'",
        "connect-src 'self' ws:",
        "media-src 'self' blob:",
        "img-src 'self'",
        "worker-src 'self'",
        "frame-ancestors 'none'"
      ])
      expect(policy.join(), path).not.to.match(/'unsafe-(inline|eval)'|\*|https?:/)
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff')
    }
  })

  it('answers to its own names alone, so that no other site can make it its own', async () => {
    expect((await get('/', { host: 'evil.example' })).status).to.equal(421)
    expect((await get('/', { host: `localhost:${new URL(stage.address).port}` })).status).to.equal(200)
  })

  it('lets only its own page press the buttons', async () => {
    play()
    const origin = new URL(stage.address).origin
    const key = await token()
    const refused: Record<string, string>[] = [
      {},
      { origin },
      { 'x-stage-token': key },
      { origin, 'x-stage-token': key.toLowerCase() + '.' },
      { origin: 'http://evil.example', 'x-stage-token': key },
      { origin: 'null', 'x-stage-token': key }
    ]
    for (const headers of refused) expect((await press('kill', headers)).status).to.equal(403)
    expect(pressed).to.be.empty
    const headers = { origin, 'x-stage-token': key }
    expect((await press('kill', headers)).status).to.equal(204)
    expect((await press('add', headers)).status).to.equal(204)
    expect((await press('quit', headers)).status).to.equal(404)
    expect(pressed).to.deep.equal(['kill', 'add'])
  })

  it('says why a button does nothing', async () => {
    const headers = { origin: new URL(stage.address).origin, 'x-stage-token': await token() }
    const early = await press('kill', headers)
    expect([early.status, await early.text()]).to.deep.equal([409, 'nobody feeds anybody\n'])
    story.originTold({ event: 'ended', packets: 10, frames: 50, copies: 2 }, Date.now())
    expect((await press('add', headers)).status).to.equal(409)
    expect(pressed).to.be.empty
  })

  it('tells an open page the story, and again when it has changed', async () => {
    const visitor = await join('one')
    const first = await visitor.view(() => true)
    expect(first).to.include({ state: 'soon', listeners: 0 })
    play()
    const { peers, busiest, copies } = await visitor.view(({ listeners }) => listeners === 2)
    expect(copies).to.equal(2)
    expect(busiest).to.equal('0')
    expect(peers.map(({ name, feeds, fed }) => ({ name, feeds, fed }))).to.deep.equal([
      { name: 'Ada', feeds: ['origin'], fed: 1 },
      { name: 'Bo', feeds: ['0'], fed: 0 }
    ])
    story.killed(story.listeners[0]!, Date.now())
    const after = await visitor.view(({ peers: [ada] }) => ada!.state === 'killed')
    expect(after.news.at(-1)).to.include({ tone: 'bad', text: 'Killed Ada, which fed Bo.' })
  })

  it('tells no other site the story', async () => {
    const strangers = [
      await join('one', { origin: 'http://evil.example' }),
      await join('two', { key: 'guessed' })
    ]
    for (const { socket } of strangers) expect(await failure(socket)).to.include('403')
    expect(stage.isWatched).to.equal(false)
  })

  it('takes a page that plays for a peer, until it is closed', async () => {
    play()
    const [player, watcher] = [await join('player'), await join('watcher')]
    player.tell({ stats: STATS })
    const { you } = await player.told(({ you }) => you !== undefined)
    const { peers } = await watcher.view(({ listeners }) => listeners === 3)
    const page = peers.find(({ key }) => key === you)!
    expect(page).to.deep.include({ name: 'page 1', isPage: true, state: 'listening', depth: 2 })
    expect(page.feeds).to.deep.equal(['0', '0', null, 'origin'])
    expect(page.ways).to.deep.equal(['webrtc', 'webrtc', null, null])

    player.tell({ stats: null })
    await watcher.view(({ listeners }) => listeners === 2)
    player.tell({ stats: { ...STATS, id: 'id-again' } })
    await watcher.view(({ listeners }) => listeners === 3)
    player.socket.close()
    await watcher.view(({ listeners }) => listeners === 2)

    // Its connection was lost for a moment: it is who it was.
    const again = await join('player')
    expect((await again.told(({ you }) => you !== undefined)).you).to.equal(you)
    again.tell({ stats: STATS })
    await watcher.view(({ listeners }) => listeners === 3)
    expect(story.pages).to.have.length(1)
    for (const { socket } of [again, watcher]) socket.close()
  })

  it('closes on what is no report', async () => {
    const visitor = await join('one')
    visitor.tell({ stats: { ...STATS, feeds: 'everybody' } })
    const [code] = (await once(visitor.socket, 'close')) as [number]
    expect(code).to.equal(1008)
    expect(story.pages).to.be.empty
  })

  it('reads reports with care', () => {
    const read = (stats: unknown): ReturnType<typeof readReport> => readReport(JSON.stringify({ stats }))
    expect(read(STATS)!.stats).to.deep.equal({ ...STATS, packets: 0, sent: 0 })
    expect(read({ ...STATS, more: 1, neighbours: [{ id: '<b>', transport: 'x' }, null] })!.stats!.neighbours)
      .to.be.empty
    expect(readReport('{"stats":null}')).to.deep.equal({ stats: undefined })
    const bad = [
      { ...STATS, id: '' },
      { ...STATS, id: '<script>' },
      { ...STATS, feeds: [1] },
      { ...STATS, feeds: Array(17).fill(null) },
      { ...STATS, depth: -1 },
      { ...STATS, bytesIn: 'many' },
      { ...STATS, frames: null, gaps: {} },
      { ...STATS, neighbours: 'all' },
      7
    ]
    for (const stats of bad) expect(read(stats), JSON.stringify(stats)).to.equal(undefined)
    for (const text of ['', 'null', '[]', '{}', '{"stats":'])
      expect(readReport(text), text).to.equal(undefined)
  })

  it('tells the pages that the show is over, and closes, whoever sleeps', async () => {
    const [visitor, sleeper] = [await join('one'), await join('two')]
    await sleeper.view(() => true)
    sleeper.socket.pause()
    expect(stage.isWatched).to.equal(true)
    story.originTold({ event: 'ended', packets: 10, frames: 50, copies: 2 }, Date.now())
    const closed = once(visitor.socket, 'close')
    await stage.close()
    await closed
    expect(visitor.last?.state).to.equal('over')
    sleeper.socket.terminate()
    stage = await openStage({ story, killBusiest: () => undefined, add: () => undefined }, 0)
  })

  it('says that a port is taken', async () => {
    const { port } = new URL(stage.address)
    const show = { story, killBusiest: () => undefined, add: () => undefined }
    const error = await openStage(show, Number(port)).then(
      (other) => other.close(),
      (reason: unknown) => reason
    )
    expect(error).to.be.an('error').with.property('message').that.includes(`port ${port} is taken`)
  })

  /** By plain HTTP, where `fetch` would tidy up the path or refuse the header. */
  async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number }> {
    const { hostname, port } = new URL(stage.address)
    const asked = request({ hostname, port, path, headers })
    asked.end()
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage]
    response.resume()
    return { status: response.statusCode! }
  }
})

/** A page, as far as the server knows. */
class Visitor {
  readonly socket: WebSocket
  last: View | undefined
  private readonly heard: Told[] = []
  private wake: () => void = () => undefined

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      const told = JSON.parse(data.toString()) as Told
      this.heard.push(told)
      if (told.view !== undefined) this.last = told.view
      this.wake()
    })
  }

  tell(report: object): void {
    const text = JSON.stringify(report)
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text)
    else this.socket.once('open', () => this.socket.send(text))
  }

  /** What it is told next, or was told and nobody asked for. */
  async told(test: (told: Told) => boolean): Promise<Told> {
    for (;;) {
      const found = this.heard.findIndex(test)
      if (found >= 0) return this.heard.splice(0, found + 1).at(-1)!
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }

  async view(test: (view: View) => boolean): Promise<View> {
    const { view } = await this.told(({ view }) => view !== undefined && test(view))
    return view!
  }
}

async function failure(socket: WebSocket): Promise<string> {
  const [error] = (await once(socket, 'error')) as [Error]
  return error.message
}
