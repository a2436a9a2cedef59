/** Charts over the time of the show, with its faults. */

import * as Plot from '@observablehq/plot'
import { type Cell, data, type Drawing, fault, legend, main, quiet, second, svg } from './chart.js'
import type { FaultMark, TimeBin } from './shapes.js'
import { percent, whole } from './words.js'

const middle = ({ fromS, toS }: TimeBin): number => (fromS + toS) / 2

function clock(s: number): string {
  if (data.seconds <= 180) return `${s} s`
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, Math.round(s % 60)]
  const tail = String(seconds).padStart(2, '0')
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${String(minutes).padStart(2, '0')}:${tail}`
}

const timeAxis = (width: number): Plot.ScaleOptions => ({
  domain: [0, data.seconds],
  label: null,
  ticks: timeTicks(width),
  tickFormat: clock
})

/** At round times of a clock. */
function timeTicks(width: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200]
  const step = steps.find((each) => data.seconds / each <= width / 70) ?? 7200
  return Array.from({ length: Math.floor(data.seconds / step) + 1 }, (_, i) => i * step)
}

/** Behind what is drawn: while something goes wrong. */
function faultBands(): Plot.Markish {
  const lasting = data.faults.filter(({ fromS, toS }) => toS > fromS)
  return Plot.rect(lasting, { x1: 'fromS', x2: 'toS', fill: fault, fillOpacity: 0.08 })
}

/** When it began, by the numbers of the list above. */
function faultMarks(width: number, isLabelled = true): Plot.Markish[] {
  let last = -Infinity
  const labels = data.faults.map((mark: FaultMark) => {
    const x = Math.max((mark.fromS / data.seconds) * width, last + 17)
    last = x
    return { ...mark, x: (x / width) * data.seconds }
  })
  const marks: Plot.Markish[] = [
    Plot.ruleX(data.faults, { x: 'fromS', stroke: fault, strokeDasharray: '3 3', strokeOpacity: 0.9 })
  ]
  if (isLabelled) {
    marks.push(
      Plot.dot(labels, { x: 'x', frameAnchor: 'top', dy: -11, r: 7.5, fill: fault }),
      Plot.text(labels, {
        x: 'x',
        frameAnchor: 'top',
        dy: -11,
        lineAnchor: 'middle',
        text: ({ number }: FaultMark) => String(number),
        fill: 'var(--page)',
        fontWeight: 700,
        fontSize: 10
      })
    )
  }
  return marks
}

const TIME_MARGINS = { marginLeft: 52, marginRight: 14 }
const marginTop = data.faults.length > 0 ? 24 : 12

function tipAtTime(of: (bin: TimeBin) => string, y: keyof TimeBin): Plot.Markish {
  return Plot.tip(
    data.timeline,
    Plot.pointerX({ x: middle, y, title: (bin: TimeBin) => `${clock(bin.fromS)}\n${of(bin)}` })
  )
}

function timeRows(columns: readonly ((bin: TimeBin) => Cell)[]): Cell[][] {
  const step = Math.ceil(data.timeline.length / 120)
  return data.timeline
    .filter((_, i) => i % step === 0)
    .map((bin) => [clock(bin.fromS), ...columns.map((of) => of(bin))])
}

export const continuity: Drawing = {
  draw: (width) => {
    const worst = Math.min(...data.timeline.map((bin) => bin.worst))
    const low = Math.max(0, Math.min(0.95, Math.floor((worst - 0.005) * 20) / 20))
    return [
      svg(
        {
          ...TIME_MARGINS,
          width,
          height: width < 500 ? 200 : 240,
          marginTop,
          x: timeAxis(width),
          y: { domain: [low, 1], label: null, ticks: 5, tickFormat: (share: number) => percent(share) },
          marks: [
            Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
            faultBands(),
            ...faultMarks(width - 66),
            Plot.areaY(data.timeline, {
              x: middle,
              y1: 1,
              y2: 'continuity',
              fill: fault,
              fillOpacity: 0.3
            }),
            Plot.lineY(data.timeline, { x: middle, y: 'continuity', stroke: main, strokeWidth: 2 }),
            tipAtTime((bin) => `${percent(bin.continuity)} heard in time`, 'continuity')
          ]
        },
        `Line: the share of audio that was heard in time, from ${percent(low)} to 100 %, over ${data.seconds} seconds. The worst second has ${percent(worst)}.`
      )
    ]
  },
  head: ['Time', 'Heard in time'],
  rows: () => timeRows([(bin) => percent(bin.continuity)])
}

export const listeners: Drawing = {
  draw: (width) => {
    const most = Math.max(...data.timeline.map(({ here }) => here))
    const x = timeAxis(width)
    const bar = Math.max(0, Math.min(1, (width / data.timeline.length - 1) / 4))
    return [
      legend(
        ['var(--soft)', 'there'],
        [main, 'hearing the show', 'line'],
        [main, 'joins (up)'],
        [second, 'leaves (down)']
      ),
      svg(
        {
          ...TIME_MARGINS,
          width,
          height: 200,
          marginTop,
          x: { ...x, tickFormat: () => '' },
          y: { label: null, ticks: 5, domain: [0, most], nice: true, tickFormat: whole },
          marks: [
            Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
            faultBands(),
            Plot.areaY(data.timeline, { x: middle, y: 'here', fill: 'var(--soft)' }),
            ...faultMarks(width - 66),
            Plot.lineY(data.timeline, { x: middle, y: 'hearing', stroke: main, strokeWidth: 2 }),
            Plot.ruleY([0], { stroke: quiet }),
            tipAtTime((bin) => `${whole(bin.here)} there, ${whole(bin.hearing)} hear the show`, 'here')
          ]
        },
        `Area and line: how many listeners are there and hear the show, at most ${most}.`
      ),
      svg(
        {
          ...TIME_MARGINS,
          width,
          height: 110,
          marginTop: 4,
          x,
          y: { label: null, ticks: 3, tickFormat: (value: number) => whole(Math.abs(value)) },
          marks: [
            Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
            faultBands(),
            ...faultMarks(width - 66, false),
            Plot.rectY(data.timeline, { x1: 'fromS', x2: 'toS', y: 'joined', fill: main, inset: bar }),
            Plot.rectY(data.timeline, {
              x1: 'fromS',
              x2: 'toS',
              y: ({ left }: TimeBin) => -left,
              fill: second,
              inset: bar
            }),
            Plot.ruleY([0], { stroke: quiet }),
            tipAtTime((bin) => `${bin.joined} joined, ${bin.left} left`, 'joined')
          ]
        },
        'Bars: how many listeners join and leave in each second.'
      )
    ]
  },
  head: ['Time', 'There', 'Hearing', 'Joined', 'Left'],
  rows: () =>
    timeRows([({ here }) => here, ({ hearing }) => hearing, ({ joined }) => joined, ({ left }) => left])
}

function rate(kbps: number): string {
  return kbps < 1000 ? `${Math.round(kbps)} kbit/s` : `${Number((kbps / 1000).toPrecision(3))} Mbit/s`
}

export const origin: Drawing = {
  draw: (width) => {
    const most = Math.max(...data.timeline.map(({ originKbps }) => originKbps))
    const all = Math.max(...data.timeline.map(({ peersKbps }) => peersKbps))
    return [
      legend([main, `origin, at most ${rate(most)}; all listeners together upload up to ${rate(all)}`]),
      svg(
        {
          ...TIME_MARGINS,
          marginLeft: 66,
          width,
          height: 230,
          marginTop,
          x: timeAxis(width),
          y: { label: null, ticks: 5, domain: [0, most * 1.08], tickFormat: rateTick(most) },
          marks: [
            Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
            faultBands(),
            ...faultMarks(width - 80),
            Plot.areaY(data.timeline, { x: middle, y: 'originKbps', fill: main, fillOpacity: 0.15 }),
            Plot.lineY(data.timeline, { x: middle, y: 'originKbps', stroke: main, strokeWidth: 1.75 }),
            Plot.ruleY([0], { stroke: quiet }),
            tipAtTime(
              (bin) =>
                `origin ${rate(bin.originKbps)}\nlisteners ${rate(bin.peersKbps)}\ncontrol ${rate(bin.controlKbps)}`,
              'originKbps'
            )
          ]
        },
        `Line: what the origin uploads over time, at most ${rate(most)}.`
      )
    ]
  },
  head: ['Time', 'Origin, kbit/s', 'Listeners, kbit/s', 'Control, kbit/s'],
  rows: () =>
    timeRows([({ originKbps }) => originKbps, ({ peersKbps }) => peersKbps, ({ controlKbps }) => controlKbps])
}

function rateTick(most: number): (kbps: number) => string {
  return most < 2000 ? (kbps) => `${kbps} kbit/s` : (kbps) => `${kbps / 1000} Mbit/s`
}
