/** Charts of who uploads what. */

import * as Plot from '@observablehq/plot'
import { data, type Drawing, main, quiet, svg } from './chart.js'
import { percent, whole } from './words.js'

export const classes: Drawing = {
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

export const contribution: Drawing = {
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
