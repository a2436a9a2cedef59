/** A Redis of our own on a port of loopback, without files. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export class RedisServer {
  readonly url: string
  private readonly port: number
  private readonly folder: string
  private process: ChildProcess | undefined

  private constructor(port: number, folder: string) {
    this.port = port
    this.folder = folder
    this.url = `redis://127.0.0.1:${port}`
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'treecast-redis-')))
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const nothing = ['--save', '', '--appendonly', 'no', '--dir', this.folder]
    const child = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', ...nothing])
    this.process = child
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes('Ready to accept connections')) break
    }
    child.stdout.resume()
  }

  /** It is gone, with all that it held. */
  async stop(): Promise<void> {
    const child = this.process
    this.process = undefined
    if (child?.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** It takes connections, and answers nothing until it goes on. */
  freeze(): void {
    this.process?.kill('SIGSTOP')
  }

  thaw(): void {
    this.process?.kill('SIGCONT')
  }

  async end(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
