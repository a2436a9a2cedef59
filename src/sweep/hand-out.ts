/** A sweep's side of the queue: hands out cells, and collects what comes back. Whatever it misses, a look at the queue finds. */

import { once } from 'node:events'
import type { Queue, QueueEvents } from 'bullmq'
import type { Cell, CellResult } from './cell.js'
import { type BullMq, type Job, KEPT_S, type QueueAccess } from './queue.js'

export interface Collector {
  /** What it throws ends the whole. */
  onResult(id: string, result: CellResult): Promise<void>
  onFailed(id: string, why: string): void
  /** The worker that had it is gone; another will take it up. */
  onStalled(id: string): void
  /** The Redis is away, and is asked again. */
  onTrouble(why: string): void
}

/** Cells that are in the queue at a time: enough for many machines, few enough to be looked through. */
const WINDOW = 2_000

/** Events of the queue are lost while its Redis is away, and so may be all that it holds. */
const LOOK_MS = 5_000

/**
 * @param cells by their ids
 * @returns when each cell has come back or failed, or the signal says so; what still waits then is taken back
 */
export async function handOut(
  access: QueueAccess,
  cells: ReadonlyMap<string, Cell>,
  collector: Collector,
  signal: AbortSignal
): Promise<void> {
  const counter = new Counter(access, cells, collector)
  const looks = setInterval(() => void counter.lookAgain(), LOOK_MS)
  try {
    await counter.open()
    if (!signal.aborted) await Promise.race([counter.finished, once(signal, 'abort')])
    if (signal.aborted) await counter.takeBack()
  } finally {
    clearInterval(looks)
    await counter.close()
  }
}

/** Where cells go out and come in. */
class Counter {
  /** Each cell has come back or failed. */
  readonly finished: Promise<void>
  private readonly bullmq: BullMq
  private readonly cells: ReadonlyMap<string, Cell>
  private readonly collector: Collector
  private readonly queue: Queue<Job, CellResult>
  private readonly events: QueueEvents
  /** The next is the last. */
  private readonly waiting: string[]
  /** What was handed out and is not back. */
  private readonly out = new Set<string>()
  private finish: () => void = () => undefined
  private giveUp: (why: unknown) => void = () => undefined
  private looking = false
  private closed = false

  constructor(
    { bullmq, name, connection }: QueueAccess,
    cells: ReadonlyMap<string, Cell>,
    collector: Collector
  ) {
    this.bullmq = bullmq
    this.cells = cells
    this.collector = collector
    this.waiting = [...cells.keys()].reverse()
    this.finished = new Promise((resolve, reject) => {
      this.finish = resolve
      this.giveUp = reject
    })
    this.queue = new bullmq.Queue(name, { connection })
    this.events = new bullmq.QueueEvents(name, { connection })
    this.queue.on('error', (error) => this.trouble(error))
    this.events.on('error', (error) => this.trouble(error))
    this.events.on('completed', ({ jobId, returnvalue }) => {
      // The event says it as JSON has it, whatever its type says.
      const result: unknown = returnvalue
      void this.back(jobId, result as CellResult)
    })
    this.events.on('failed', ({ jobId, failedReason }) => this.failed(jobId, failedReason))
    this.events.on('stalled', ({ jobId }) => {
      if (this.out.has(jobId)) collector.onStalled(jobId)
    })
  }

  /** Nothing that is handed out comes back unheard. */
  async open(): Promise<void> {
    await this.events.waitUntilReady()
    this.goOn()
  }

  /** What nobody has begun; what runs is finished, and stays for a day. */
  async takeBack(): Promise<void> {
    await Promise.allSettled([...this.out].map((id) => this.queue.remove(id)))
  }

  async close(): Promise<void> {
    this.closed = true
    await Promise.allSettled([this.events.close(), this.queue.close()])
  }

  async lookAgain(): Promise<void> {
    if (this.looking) return
    this.looking = true
    await this.look([...this.out], false)
    this.looking = false
  }

  /** Fills the queue up, and ends once nothing is left. */
  private goOn(): void {
    if (this.out.size === 0 && this.waiting.length === 0) this.finish()
    if (this.out.size > WINDOW / 2 || this.waiting.length === 0) return
    const from = Math.max(0, this.waiting.length - (WINDOW - this.out.size))
    const ids = this.waiting.splice(from).reverse()
    for (const id of ids) this.out.add(id)
    void this.put(ids).then(() => this.look(ids, true))
  }

  /** A job that is there already stays as it is. */
  private async put(ids: readonly string[]): Promise<void> {
    const keep = { age: KEPT_S }
    const jobs = ids.map((id) => {
      const opts = { jobId: id, removeOnComplete: keep, removeOnFail: keep }
      return { name: 'cell', data: { cell: this.cells.get(id)! }, opts }
    })
    await this.queue.addBulk(jobs).catch((error: unknown) => this.trouble(error as Error))
  }

  /** @param isFirst a failure is one of an earlier sweep, and is tried again */
  private async look(ids: readonly string[], isFirst: boolean): Promise<void> {
    try {
      const jobs = await Promise.all(ids.map((id) => this.bullmq.Job.fromId<Job, CellResult>(this.queue, id)))
      const lost: string[] = []
      for (const [i, job] of jobs.entries()) {
        const id = ids[i]!
        if (!this.out.has(id)) continue
        if (job === undefined) lost.push(id)
        else if (job.finishedOn !== undefined) {
          const why = job.failedReason as string | undefined
          if (why === undefined) await this.back(id, job.returnvalue)
          else if (isFirst) await job.retry('failed')
          else this.failed(id, why)
        }
      }
      if (lost.length > 0) await this.put(lost)
    } catch (error) {
      this.trouble(error as Error)
    }
  }

  private async back(id: string, result: CellResult): Promise<void> {
    if (this.closed || !this.out.delete(id)) return
    try {
      await this.collector.onResult(id, result)
      this.goOn()
    } catch (error) {
      this.giveUp(error)
    }
  }

  private failed(id: string, why: string): void {
    if (this.closed || !this.out.delete(id)) return
    this.collector.onFailed(id, why)
    this.goOn()
  }

  private trouble({ message }: Error): void {
    if (!this.closed) this.collector.onTrouble(message)
  }
}
