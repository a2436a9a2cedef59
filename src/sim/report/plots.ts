/** Which plots a report has, in order, and how each is read. `page.ts` draws them by these names. */

import type { ReportData } from './shapes.js'

export interface Plotted {
  readonly name: PlotName
  readonly title: string
  readonly text: string | ((data: ReportData) => string)
  /** It takes the page's whole width. */
  readonly isWide?: boolean
  readonly isShown?: (data: ReportData) => boolean
}

export type PlotName =
  'continuity' | 'listeners' | 'origin' | 'startup' | 'delay' | 'copies' | 'classes' | 'contribution' | 'tree'

const hasTime = ({ timeline }: ReportData): boolean => timeline.length > 0

export const PLOTS: readonly Plotted[] = [
  {
    name: 'continuity',
    title: 'What was heard, second by second',
    text: 'Of the audio made in each second and due to listeners, the share that they played in time.',
    isWide: true,
    isShown: hasTime
  },
  {
    name: 'listeners',
    title: 'Who is there',
    text: 'Listeners that are there, and of these the ones that hear the show. Below, who joins and who leaves in each second.',
    isWide: true,
    isShown: hasTime
  },
  {
    name: 'origin',
    title: 'What the origin uploads',
    text: 'A server alone would upload one copy of the show for every listener.',
    isShown: hasTime
  },
  {
    name: 'startup',
    title: 'How long until the first sound',
    text: 'Listeners by the time from joining a running show to their first sound. Half of them are left of the line.',
    isShown: ({ startup }) => startup.counts.length > 0
  },
  {
    name: 'delay',
    title: 'How late packets come, by depth',
    text: 'From a packet’s making to its arrival, by the links that it passed: the dot is the median, the bar reaches to 95 %, the tick is 99 %.',
    isShown: ({ delayByDepth }) => delayByDepth.length > 0
  },
  {
    name: 'copies',
    title: 'Received for each packet needed',
    text: 'Listeners by packets received over packets needed. At 1 nothing came twice; the line is the mean.',
    isShown: ({ copies }) => copies.counts.length > 0
  },
  {
    name: 'classes',
    title: 'Who uploads how much',
    text: 'What a peer of each kind uploads at a time, on average, in copies of the show. Right of the line it gives more than it takes.',
    isShown: ({ classes }) => classes.length > 0
  },
  {
    name: 'contribution',
    title: 'How evenly the work is spread',
    text: 'Peers from the busiest to the idlest, and the share of all uploads that so many of them carry. On the diagonal all do the same.',
    isShown: ({ contribution }) => contribution.length > 0
  },
  {
    name: 'tree',
    title: 'The tree',
    text: ({ tree }) =>
      tree?.peers === undefined
        ? `Peers by the links that lie between them and the origin, by the shortest way, ${tree?.atS ?? 0} s into the show.`
        : `Who feeds whom, ${tree.atS} s into the show. The origin is in the middle, each ring is one link further away.`,
    isWide: true,
    isShown: ({ tree }) => tree !== undefined
  }
]
