/** The processes of a run. Whatever happens, none is left when this one ends. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contenders.js'
import type { Answer, Request } from './host.js'

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url))

/** For one answer; joining a network takes a while on a busy machine. */
const PATIENCE_MS = 60_000

const running = new Set<Host>()
process.on('exit', endAll)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

export class Host {
  private readonly child: ChildProcess
  /** Its first message says that it is ready. */
  private last: Promise<unknown>

  constructor(node: string, { module, setting }: Contender) {
    this.child = fork(HOST, [module, setting], {
      execPath: node,
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    })
    this.last = this.answer()
    this.last.catch(() => undefined)
    running.add(this)
  }

  /** One after the other; throws what went wrong there, or that nothing came for a minute. */
  ask<Value>(request: Request): Promise<Value> {
    const answer = this.last.then(() => {
      this.child.send(request)
      return this.answer()
    })
    this.last = answer
    return answer as Promise<Value>
  }

  kill(): void {
    running.delete(this)
    this.child.kill('SIGKILL')
  }

  freeze(): void {
    this.child.kill('SIGSTOP')
  }

  private async answer(): Promise<unknown> {
    const answered = new AbortController()
    const { signal } = answered
    const patience = sleep(PATIENCE_MS, undefined, { signal }).then(() => {
      throw new Error(`no answer within ${PATIENCE_MS / 1000} s`)
    })
    const exit = once(this.child, 'exit', { signal }).then(() => {
      throw new Error('a process has ended by itself')
    })
    for (const end of [patience, exit]) end.catch(() => undefined)
    try {
      const message = once(this.child, 'message', { signal })
      const [answer] = (await Promise.race([message, patience, exit])) as [Answer]
      if ('error' in answer) throw new Error(answer.error)
      return answer.value
    } finally {
      answered.abort()
    }
  }
}

/** Frozen ones too: SIGKILL needs nobody's consent. */
export function endAll(): void {
  for (const host of running) host.kill()
}
