/**
 * What Prometheus is told. Counted where it happens as plain numbers, and read when it is asked for, so that a join pays nothing
 * for it. Base units; no label names a peer, an address or a broadcast.
 */

import type { Counter, Gauge, Registry } from 'prom-client'
import { BYE_REASONS, ROLES } from '../protocol/wire/message.js'
import { REJECTION_REASONS } from './admission.js'
import { METRICS_MS } from './limits.js'
import type { TrackerShed } from '../protocol/tracker/machine.js'
import type { TrackerServerStats } from './server.js'

/** What {@link TrackerShed} counts. */
const SHED_KINDS = ['joins', 'signals', 'messages'] as const satisfies readonly (keyof TrackerShed)[]

const PREFIX = 'treecast_tracker_'

type Value = number | Readonly<Record<string, number | undefined>>

/** What `/metrics` says now, and in which format. */
export type Metrics = () => Promise<{ readonly text: string; readonly type: string }>

/** The library is loaded when a tracker starts: nobody else needs it. However often it is asked, all is gathered once a second. */
export async function openMetrics(stats: () => TrackerServerStats): Promise<Metrics> {
  const registry = await gather(stats)
  let text = Promise.resolve('')
  let until = -Infinity
  return async () => {
    const at = performance.now()
    if (at >= until) {
      until = at + METRICS_MS
      text = registry.metrics()
    }
    return { text: await text, type: registry.contentType }
  }
}

async function gather(stats: () => TrackerServerStats): Promise<Registry> {
  const prometheus = await import('prom-client')
  const registry = new prometheus.Registry()
  prometheus.collectDefaultMetrics({ register: registry })

  // All are of one look at the tracker: the first that is collected looks.
  let seen: TrackerServerStats | undefined
  const look = (): TrackerServerStats => {
    if (seen === undefined) {
      seen = stats()
      queueMicrotask(() => (seen = undefined))
    }
    return seen
  }

  const define = (
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (stats: TrackerServerStats) => Value,
    label?: { readonly name: string; readonly values: readonly string[] }
  ): void => {
    const settings = {
      name: PREFIX + name,
      help,
      registers: [registry],
      labelNames: label === undefined ? [] : [label.name],
      collect(this: Gauge | Counter): void {
        this.reset()
        const now = value(look())
        if (typeof now === 'number') this.inc(now)
        else for (const each of label?.values ?? []) this.inc({ [label!.name]: each }, now[each] ?? 0)
      }
    }
    if (kind === 'gauge') new prometheus.Gauge(settings)
    else new prometheus.Counter(settings)
  }

  define('gauge', 'connections', 'Open connections.', ({ connections }) => connections)
  define('gauge', 'broadcasts', 'Broadcasts with members here.', ({ broadcasts }) => broadcasts)
  define(
    'gauge',
    'peers',
    'Peers that are members here, by role.',
    ({ listeners, relays, origins }) => ({ listener: listeners, relay: relays, origin: origins }),
    { name: 'role', values: ROLES }
  )
  define('gauge', 'waiting_peers', 'Peers that wait for slots.', ({ waiting }) => waiting)
  define('gauge', 'free_slots', 'Slots that peers said to have free.', ({ freeSlots }) => freeSlots)
  define('gauge', 'draining', '1 while it lets go of its peers.', ({ draining }) => Number(draining))
  define('counter', 'accepted_total', 'Connections that were let in.', ({ accepted }) => accepted)
  define(
    'counter',
    'rejected_total',
    'Connections that were not let in, by reason.',
    ({ rejectedFor }) => rejectedFor,
    { name: 'reason', values: REJECTION_REASONS }
  )
  define('counter', 'joins_total', 'Peers that joined a broadcast.', ({ joins }) => joins)
  define('counter', 'introductions_total', 'Peers named to others.', ({ introductions }) => introductions)
  define('counter', 'signals_total', 'Signals that peers gave for others.', ({ signals }) => signals)
  define(
    'counter',
    'refused_total',
    'Members and newcomers that were shown the door, by reason.',
    ({ refusedFor }) => refusedFor,
    { name: 'reason', values: BYE_REASONS }
  )
  define('gauge', 'raw_connections', 'Connections that have not said what they want.', ({ raw }) => raw)
  define(
    'gauge',
    'event_loop_lag_seconds',
    'Mean lateness of the event loop.',
    ({ lagSeconds }) => lagSeconds
  )
  define('gauge', 'load', 'What is given up for it: 0 for nothing, 4 for nearly all.', ({ load }) => load)
  define('gauge', 'queued_joins', 'Newcomers that wait to be served.', ({ queued }) => queued)
  define(
    'gauge',
    'work_bits',
    'Work that is asked of newcomers who wait, in bits.',
    ({ workBits }) => workBits
  )
  define('counter', 'worked_total', 'Newcomers that waited and worked.', ({ worked }) => worked)
  define('counter', 'shed_total', 'What could not be served at once, by kind.', ({ shed }) => ({ ...shed }), {
    name: 'kind',
    values: SHED_KINDS
  })
  define('counter', 'received_messages_total', 'Messages of peers.', ({ messagesIn }) => messagesIn)
  define('counter', 'sent_messages_total', 'Messages to peers.', ({ messagesOut }) => messagesOut)
  define('counter', 'received_bytes_total', 'Bytes of messages of peers.', ({ bytesIn }) => bytesIn)
  define('counter', 'sent_bytes_total', 'Bytes of messages to peers.', ({ bytesOut }) => bytesOut)
  if (stats().store === undefined) return registry
  define('gauge', 'store_up', '1 while the store answers.', ({ store }) => Number(store?.state === 'here'))
  define('counter', 'store_calls_total', 'Calls that the store answered.', ({ store }) => store?.calls ?? 0)
  define(
    'counter',
    'store_call_seconds_total',
    'Seconds that these calls took together.',
    ({ store }) => store?.callSeconds ?? 0
  )
  define('counter', 'store_failures_total', 'Calls that failed.', ({ store }) => store?.failures ?? 0)
  return registry
}
