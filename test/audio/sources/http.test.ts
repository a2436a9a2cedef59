import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { openSource } from '../../../src/audio/sources/open.js'
import { drain, frames, framesOf, stream } from '../made.js'

const SHOW = stream(frames(100))

describe('an HTTP stream as a source', () => {
  let server: Server
  let origin: string
  let answer: RequestListener

  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterEach(async () => {
    server.closeAllConnections()
    if (server.listening) await once(server.close(), 'close')
  })

  async function errorOf(
    path: string,
    stallMs?: number
  ): Promise<{ code: string | undefined; message: string }> {
    const { error } = await drain(openSource(origin + path, stallMs === undefined ? {} : { stallMs }))
    expect(error?.message).to.not.include('\n')
    return { code: error?.code, message: error?.message ?? '' }
  }

  it('gives its frames and ends, behind redirections', async () => {
    const asked: (string | undefined)[] = []
    answer = (request, response) => {
      asked.push(request.url)
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end('elsewhere')
      else if (request.url === '/b') response.writeHead(307, { location: `${origin}/show` }).end()
      else response.writeHead(200, { 'content-type': 'audio/ogg' }).end(SHOW)
    }
    const { items, error } = await drain(openSource(`${origin}/a`))
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.deep.equal(frames(100))
    expect(asked).to.deep.equal(['/a', '/b', '/show'])
  })

  it('passes over damage, since the show must go on', async () => {
    answer = (_, response) => void response.end(SHOW.slice().fill(0, 600, 610))
    const { items, error } = await drain(openSource(origin))
    expect(error).to.equal(undefined)
    expect(framesOf(items)).to.have.length(90)
  })

  it('gives up redirections that do not end', async () => {
    let asked = 0
    answer = (_, response) => {
      asked++
      response.writeHead(301, { location: '/again' }).end()
    }
    expect(await errorOf('/'))
      .to.include({ code: 'source-unreadable' })
      .and.property('message')
      .match(/more than 5 times/)
    expect(asked).to.equal(6)
  })

  it('says what each status means', async () => {
    const meanings: Record<number, RegExp> = {
      204: /HTTP status 204, where 200 was expected/,
      302: /HTTP status 302, a redirection to nowhere/,
      403: /HTTP status 403, it is not for everyone/,
      404: /HTTP status 404, there is no such stream; check .* on the air/,
      500: /HTTP status 500, the server failed/,
      503: /HTTP status 503, the server is full/
    }
    answer = (request, response) => response.writeHead(Number(request.url!.slice(1))).end()
    for (const [status, meaning] of Object.entries(meanings)) {
      const { code, message } = await errorOf(`/${status}`)
      expect(code).to.equal('source-unreadable')
      expect(message).to.match(meaning)
    }
  })

  it('follows redirections to http and https alone', async () => {
    answer = (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    expect((await errorOf('/')).message).to.match(
      /it redirects to file:\S+ which is no http or https address/
    )
    const { error } = await drain(openSource('ftp://127.0.0.1/show.opus'))
    expect(error?.code).to.equal('source-unreadable')
  })

  it('sends the password and never shows it', async () => {
    let authorization: string | undefined
    answer = (request, response) => {
      authorization = request.headers.authorization
      response.writeHead(401).end()
    }
    const { error } = await drain(openSource(origin.replace('//', '//me:secret@')))
    expect(authorization).to.equal(`Basic ${Buffer.from('me:secret').toString('base64')}`)
    expect(error?.message).to.include(`${origin} cannot be read`).and.not.include('secret')
  })

  it('says that nobody listens there', async () => {
    await once(server.close(), 'close')
    expect(await errorOf('/'))
      .to.include({ code: 'source-unreadable' })
      .and.property('message')
      .match(/accepts no connection/)
  })

  it('says that there is no answer', async () => {
    answer = () => undefined
    const { code, message } = await errorOf('/', 20)
    expect(code).to.equal('source-unreadable')
    expect(message).to.match(/it did not answer within 0\.02 s/)
  })

  it('says that the server speaks no HTTP', async () => {
    const mail = createTcpServer((socket) => socket.resume().end('220 mail.example ESMTP\r\n')).listen(
      0,
      '127.0.0.1'
    )
    await once(mail, 'listening')
    origin = `http://127.0.0.1:${(mail.address() as AddressInfo).port}`
    expect((await errorOf('/')).code).to.equal('source-unreadable')
    await once(mail.close(), 'close')
  })

  it('says when it stalls', async () => {
    answer = (_, response) => void response.write(SHOW.subarray(0, 600))
    const { items, error } = await drain(openSource(origin, { stallMs: 50 }))
    expect(framesOf(items)).to.have.length(10)
    expect(error?.code).to.equal('source-stalled')
  })

  it('says when the connection breaks off', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': SHOW.length })
      response.write(SHOW.subarray(0, 600), () => request.socket.destroy())
    }
    const { items, error } = await drain(openSource(origin))
    expect(framesOf(items)).to.have.length(10)
    expect(error?.code).to.equal('source-truncated')
    expect(error?.message).to.match(/broke off after 600 bytes \(ECONNRESET\)/)
  })

  it('knows soon that a stream of another kind is not Ogg', async () => {
    answer = (_, response) => {
      const more = () => {
        while (response.write(new Uint8Array(10_000).fill(0xaa)));
      }
      response.on('drain', more)
      more()
    }
    expect((await errorOf('/')).code).to.equal('not-ogg')
  })

  it('is disconnected on an early return, at the signal, and while nothing comes', async () => {
    for (const way of ['break', 'return', 'abort'] as const) {
      let closed: Promise<unknown> = Promise.resolve()
      answer = (_, response) => {
        closed = once(response, 'close')
        response.write(SHOW.subarray(0, 600))
      }
      const stop = new AbortController()
      const items = openSource(origin, { signal: stop.signal })[Symbol.asyncIterator]()
      for (let index = 0; index <= 10; index++) await items.next()
      if (way === 'break') await items.return?.()
      else {
        const waiting = items.next()
        if (way === 'return') await items.return?.()
        else stop.abort()
        expect((await waiting).done).to.equal(true)
      }
      await closed
    }
  })

  it('is not waited for after the signal, even before the answer', async () => {
    const stop = new AbortController()
    answer = () => stop.abort()
    expect(await drain(openSource(origin, { signal: stop.signal }))).to.deep.equal({
      items: [],
      error: undefined
    })
  })
})
