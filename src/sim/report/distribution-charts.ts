/** Charts of how listeners and packets are spread: start-up, copies, delay. */

import * as Plot from '@observablehq/plot'
import { data, type Drawing, legend, main, quiet, svg } from './chart.js'
import type { Bins } from './shapes.js'
import { time, whole } from './words.js'

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
export const startup = (): Drawing =>
  histogram(
    data.startup,
    time,
    figures.startupMs,
    `half within ${time(figures.startupMs)}`,
    'listeners by time to their first sound'
  )

export const copies = (): Drawing =>
  histogram(
    data.copies,
    (value) => `${Number(value.toFixed(3))} ×`,
    figures.copies,
    `mean ${figures.copies.toFixed(2)} ×`,
    'listeners by packets received over packets needed'
  )

export const delay: Drawing = {
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
