/** The script of `report.html`: draws its plots from the data in the page, as wide as there is room, and gives each as a table too. */

import * as Plot from '@observablehq/plot'
import type { Bins, FaultMark, ReportData, TimeBin } from './shapes.js'
import { type PlotName, PLOTS } from './plots.js'
import { drawTree, treeControls } from './tree.js'
import { percent, time, whole } from './words.js'

const data = JSON.parse(document.getElementById('data')!.textContent) as ReportData

type Cell = string | number

interface Drawing {
  /** @param width of the room that there is, pixels. */
  draw(width: number): Node[]
  readonly head: readonly string[]
  readonly rows: () => readonly (readonly Cell[])[]
}

const main = 'var(--main)'
const quiet = 'var(--quiet)'
const fault = 'var(--fault)'
const second = 'var(--second)'

function svg(options: Plot.PlotOptions, label: string): Element {
  const element = Plot.plot({
    style: { background: 'none', fontSize: '12px' },
    ...options,
    ariaLabel: label,
    className: 'drawn'
  })
  element.setAttribute('role', 'img')
  return element
}

function legend(...entries: readonly (readonly [color: string, text: string, shape?: string])[]): Element {
  const list = document.createElement('ul')
  list.className = 'legend'
  for (const [color, text, shape = ''] of entries) {
    const item = document.createElement('li')
    const key = document.createElement('i')
    key.className = shape
    key.style.background = color
    key.style.borderColor = color
    item.append(key, text)
    list.append(item)
  }
  return list
}

// Time

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

const continuity: Drawing = {
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

const listeners: Drawing = {
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

const origin: Drawing = {
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

// Distributions

interface Bar {
  readonly from: number
  readonly to: number
  readonly count: number
}

function barsOf({ from, width, counts }: Bins): Bar[] {
  return counts.map((count, i) => ({ from: from + i * width, to: from + (i + 1) * width, count }))
}

function histogram(
  bins: Bins,
  format: (value: number) => string,
  markAt: number,
  markText: string,
  label: string
): Drawing {
  const bars = barsOf(bins)
  const end = bars.at(-1)!.to
  return {
    draw: (width) => {
      const most = Math.max(...bins.counts)
      const isRight = (markAt - bins.from) / (end - bins.from) > 0.6
      const drawn: Node[] = [
        svg(
          {
            width,
            height: 230,
            marginLeft: 44,
            marginRight: 14,
            marginTop: 24,
            x: { domain: [bins.from, end], label: null, ticks: Math.max(3, width / 90), tickFormat: format },
            y: { label: null, ticks: 4, domain: [0, most], nice: true, tickFormat: whole },
            marks: [
              Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
              Plot.rectY(bars, {
                x1: 'from',
                x2: 'to',
                y: 'count',
                fill: main,
                insetLeft: 0.5,
                insetRight: 0.5,
                title: ({ from, to, count }: Bar) =>
                  `${format(from)} to ${format(to)}: ${count} ${count === 1 ? 'listener' : 'listeners'}`,
                tip: 'x'
              }),
              Plot.ruleX([markAt], { stroke: 'var(--ink)', strokeWidth: 1.5, strokeDasharray: '4 3' }),
              Plot.text([markAt], {
                x: (value: number) => value,
                frameAnchor: 'top',
                dy: -12,
                dx: isRight ? -2 : 2,
                textAnchor: isRight ? 'end' : 'start',
                text: [markText],
                fill: 'var(--ink)',
                fontWeight: 600
              }),
              Plot.ruleY([0], { stroke: quiet })
            ]
          },
          `Histogram: ${label}. ${markText}.`
        )
      ]
      if (bins.beyond > 0) drawn.push(legend(['var(--line)', `${bins.beyond} more beyond ${format(end)}`]))
      return drawn
    },
    head: ['From', 'To', 'Listeners'],
    rows: () => bars.map(({ from, to, count }) => [format(from), format(to), count])
  }
}

const figures = data.figures
const startup = (): Drawing =>
  histogram(
    data.startup,
    time,
    figures.startupMs,
    `half within ${time(figures.startupMs)}`,
    'listeners by time to their first sound'
  )

const copies = (): Drawing =>
  histogram(
    data.copies,
    (value) => `${Number(value.toFixed(3))} ×`,
    figures.copies,
    `mean ${figures.copies.toFixed(2)} ×`,
    'listeners by packets received over packets needed'
  )

const delay: Drawing = {
  draw: (width) => {
    const rows = data.delayByDepth.filter(({ packets }) => packets > 0)
    const depths = rows.map(({ depth }) => depth)
    return [
      svg(
        {
          width,
          height: 260,
          marginLeft: 60,
          marginTop: 12,
          marginBottom: 38,
          x: {
            type: 'band',
            domain: depths,
            label: 'links passed',
            labelAnchor: 'center',
            labelArrow: 'none',
            ticks: depths.filter((_, i) => i % Math.ceil((24 * depths.length) / (width - 80)) === 0)
          },
          y: { label: null, ticks: 5, zero: true, nice: true, tickFormat: time },
          marks: [
            Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
            Plot.ruleX(rows, {
              x: 'depth',
              y1: 'p50',
              y2: 'p95',
              stroke: main,
              strokeWidth: 6,
              strokeLinecap: 'round',
              strokeOpacity: 0.45
            }),
            Plot.tickY(rows, {
              x: 'depth',
              y: 'p99',
              stroke: main,
              strokeWidth: 1.5
            }),
            Plot.dot(rows, {
              x: 'depth',
              y: 'p50',
              fill: main,
              r: 4.5,
              stroke: 'var(--page)',
              strokeWidth: 1.5
            }),
            Plot.ruleY([0], { stroke: quiet }),
            Plot.tip(
              rows,
              Plot.pointerX({
                x: 'depth',
                y: 'p95',
                title: ({ depth, p50, p95, p99, packets }: (typeof rows)[number]) =>
                  `${depth} ${depth === 1 ? 'link' : 'links'}, ${whole(packets)} packets\nhalf within ${time(p50)}\n95 % within ${time(p95)}\n99 % within ${time(p99)}`
              })
            )
          ]
        },
        'Bars by depth: the median, 95th and 99th percentile of the delay of packets.'
      )
    ]
  },
  head: ['Links', 'p50', 'p95', 'p99', 'Most', 'Packets'],
  rows: () =>
    data.delayByDepth.map(({ depth, p50, p95, p99, max, packets }) => [
      depth,
      time(p50),
      time(p95),
      time(p99),
      time(max),
      packets
    ])
}

const classes: Drawing = {
  draw: (width) => {
    const isNarrow = width < 460
    return [
      svg(
        {
          width,
          height: data.classes.length * (isNarrow ? 48 : 34) + 40,
          marginLeft: isNarrow ? 8 : 168,
          marginRight: 56,
          marginTop: 8,
          x: {
            label: null,
            ticks: 5,
            domain: [0, Math.max(1.1, ...data.classes.map((each) => each.copies))],
            tickFormat: (value: number) => `${value} ×`
          },
          y: {
            domain: data.classes.map(({ name }) => name),
            label: null,
            axis: isNarrow ? null : 'left',
            tickSize: 0,
            padding: isNarrow ? 0.55 : 0.3
          },
          marks: [
            Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1 }),
            Plot.barX(data.classes, { x: 'copies', y: 'name', fill: main, rx: 2 }),
            Plot.ruleX([0], { stroke: quiet }),
            Plot.ruleX([1], { stroke: 'var(--ink)', strokeDasharray: '4 3', strokeWidth: 1.5 }),
            ...(isNarrow
              ? [
                  Plot.text(data.classes, {
                    x: 0,
                    y: 'name',
                    text: ({ name, peers }: { name: string; peers: number }) => `${name} (${whole(peers)})`,
                    textAnchor: 'start',
                    dy: -20,
                    fill: 'var(--ink)'
                  })
                ]
              : []),
            Plot.text(data.classes, {
              x: 'copies',
              y: 'name',
              text: (each: { copies: number; peers: number }) =>
                isNarrow ? each.copies.toFixed(2) : `${each.copies.toFixed(2)}  (${whole(each.peers)})`,
              textAnchor: 'start',
              dx: 6,
              fill: 'var(--ink)',
              stroke: 'var(--page)',
              strokeWidth: 4
            })
          ]
        },
        'Bars: copies of the show that a peer of each kind uploads at a time. In brackets, how many there are.'
      )
    ]
  },
  head: ['Kind', 'Peers', 'Copies uploaded'],
  rows: () => data.classes.map(({ name, peers, copies: each }) => [name, peers, each.toFixed(2)])
}

const contribution: Drawing = {
  draw: (width) => {
    const tenth = data.contribution.find(([peers]) => peers >= 0.095)
    const size = Math.min(width, 420)
    return [
      svg(
        {
          width,
          height: Math.round(size * 0.66),
          marginLeft: 48,
          marginRight: 14,
          marginTop: 12,
          marginBottom: 38,
          x: {
            domain: [0, 1],
            ticks: 5,
            tickFormat: percent,
            label: 'of peers, busiest first',
            labelAnchor: 'center',
            labelArrow: 'none'
          },
          y: { domain: [0, 1], ticks: 5, tickFormat: percent, label: null },
          marks: [
            Plot.gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
            Plot.line(
              [
                [0, 0],
                [1, 1]
              ],
              { stroke: quiet, strokeDasharray: '4 3' }
            ),
            Plot.areaY(data.contribution, { x: '0', y: '1', fill: main, fillOpacity: 0.15 }),
            Plot.line(data.contribution, { x: '0', y: '1', stroke: main, strokeWidth: 2 }),
            ...(tenth === undefined
              ? []
              : [
                  Plot.dot([tenth], {
                    x: '0',
                    y: '1',
                    fill: main,
                    r: 4.5,
                    stroke: 'var(--page)',
                    strokeWidth: 1.5
                  }),
                  Plot.text([tenth], {
                    x: '0',
                    y: '1',
                    dx: 10,
                    dy: 10,
                    textAnchor: 'start',
                    text: [
                      `the busiest ${percent(Number(tenth[0].toFixed(2)))} carry ${percent(Number(tenth[1].toFixed(2)))}`
                    ],
                    fill: 'var(--ink)',
                    stroke: 'var(--page)',
                    strokeWidth: 4,
                    fontWeight: 600
                  })
                ]),
            Plot.tip(
              data.contribution,
              Plot.pointerX({
                x: '0',
                y: '1',
                title: ([peers, bytes]: [number, number]) =>
                  `the busiest ${percent(peers)} carry ${percent(Number(bytes.toFixed(3)))}`
              })
            )
          ]
        },
        `Curve: the share of all uploads that the busiest peers carry.${tenth === undefined ? '' : ` The busiest tenth carries ${percent(Number(tenth[1].toFixed(2)))}.`}`
      )
    ]
  },
  head: ['Peers, busiest first', 'Share of uploads'],
  rows: () =>
    data.contribution
      .filter((_, i) => i % Math.ceil(data.contribution.length / 20) === 0)
      .map(([peers, bytes]) => [percent(peers), percent(bytes)])
}

const tree = (): Drawing => ({
  draw: (width) => drawTree(data.tree!, width, { svg, legend }),
  head: ['Links from the origin', 'Region', 'Peers'],
  rows: () =>
    data.tree!.cells.map(({ depth, region, peers }) => [depth === -1 ? 'not fed' : depth, region + 1, peers])
})

const DRAWINGS: Readonly<Record<PlotName, () => Drawing>> = {
  continuity: () => continuity,
  listeners: () => listeners,
  origin: () => origin,
  startup,
  delay: () => delay,
  copies,
  classes: () => classes,
  contribution: () => contribution,
  tree
}

// The page

function table({ head, rows }: Drawing): Element {
  const details = document.createElement('details')
  const summary = document.createElement('summary')
  summary.textContent = 'As a table'
  details.append(summary)
  details.addEventListener(
    'toggle',
    () => {
      const box = document.createElement('div')
      box.className = 'wide'
      box.tabIndex = 0
      const element = box.appendChild(document.createElement('table'))
      const header = element.createTHead().insertRow()
      for (const text of head) {
        const cell = document.createElement('th')
        cell.scope = 'col'
        cell.textContent = text
        header.append(cell)
      }
      const body = element.createTBody()
      for (const row of rows()) {
        const line = body.insertRow()
        for (const value of row)
          line.insertCell().textContent = typeof value === 'number' ? whole(value) : value
      }
      details.append(box)
    },
    { once: true }
  )
  return details
}

for (const { name } of PLOTS) {
  const figure = document.getElementById(name)
  if (figure === null) continue
  const drawing = DRAWINGS[name]()
  const box = figure.querySelector<HTMLElement>('.plot')!
  let drawnFor = 0
  const draw = (): void => {
    drawnFor = Math.floor(box.clientWidth)
    if (drawnFor > 0) box.replaceChildren(...drawing.draw(drawnFor))
  }
  figure.append(table(drawing))
  if (name === 'tree') box.before(...treeControls(data.tree!, draw))
  draw()
  new ResizeObserver(() => {
    if (Math.floor(box.clientWidth) !== drawnFor) draw()
  }).observe(box)
}
