/** A real Icecast on loopback, unprivileged, with a configuration of its own, and what feeds its mounts. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

const PASSWORD = 'only-on-loopback'

/** Icecast refuses to be root; whoever is runs it as the user that owns nothing. */
const NOBODY = 65_534

export class Icecast {
  readonly port: number
  private readonly child: ChildProcess
  private readonly exit: Promise<unknown>

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.child = child
    this.exit = once(child, 'close')
  }

  /** @param folder for its configuration and log */
  static async start(folder: string): Promise<Icecast> {
    const port = await freePort()
    const path = join(folder, 'icecast.xml')
    await writeFile(path, configuration(folder, port))
    await chmod(folder, 0o777)
    const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
    const child = spawn('icecast2', ['-c', path], { ...user, stdio: ['ignore', 'ignore', 'pipe'] })
    const icecast = new Icecast(port, child)
    const log: string[] = []
    for await (const line of createInterface({ input: child.stderr })) {
      log.push(line)
      if (line.includes('server started')) {
        child.stderr.resume()
        return icecast
      }
    }
    throw new Error(`icecast2 did not start: ${log.join('\n')}`)
  }

  /** What listeners are told. */
  mount(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  /** What ffmpeg is told. */
  source(path: string): string {
    return `icecast://source:${PASSWORD}@127.0.0.1:${this.port}${path}`
  }

  /** Feeds a mount with whatever is written. */
  async feed(path: string): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1')
    const login = Buffer.from(`source:${PASSWORD}`).toString('base64')
    socket.write(`PUT ${path} HTTP/1.1\r\nAuthorization: Basic ${login}\r\nContent-Type: audio/ogg\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    if (!/^HTTP\/1\.[01] 200/.test(answer.toString()))
      throw new Error(`icecast2 answered: ${answer.toString()}`)
    return socket
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM')
    await this.exit
  }
}

/** A free port of loopback, as good as certain to be free a moment later. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The burst for newcomers is longer than any test, so that they miss nothing. */
function configuration(folder: string, port: number): string {
  return `<icecast>
  <limits>
    <clients>20</clients>
    <sources>4</sources>
    <queue-size>4194304</queue-size>
    <burst-on-connect>1</burst-on-connect>
    <burst-size>2097152</burst-size>
  </limits>
  <authentication>
    <source-password>${PASSWORD}</source-password>
    <admin-user>admin</admin-user>
    <admin-password>${PASSWORD}</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket>
    <port>${port}</port>
    <bind-address>127.0.0.1</bind-address>
  </listen-socket>
  <paths>
    <basedir>${folder}</basedir>
    <logdir>${folder}</logdir>
    <webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging>
    <accesslog>access.log</accesslog>
    <errorlog>-</errorlog>
    <loglevel>3</loglevel>
  </logging>
</icecast>
`
}
