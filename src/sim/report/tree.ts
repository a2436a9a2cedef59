/** The picture of who feeds whom: rings around the origin, or bars by depth where there are too many peers for that. */

import * as Plot from '@observablehq/plot'
import { legend, svg } from './chart.js'
import { ROLES, type TreeData } from './shapes.js'
import { whole } from './words.js'

/** A stripe, or undefined for all. */
let chosen: number | undefined = 0

const stripeColor = (stripe: number): string => `var(--stripe-${stripe % 8})`

/** Buttons that choose a stripe. */
export function treeControls({ stripes, edges }: TreeData, redraw: () => void): Element[] {
  if (stripes < 2 || edges?.some(([, , bits]) => bits !== 0) !== true) {
    chosen = undefined
    return []
  }
  const set = document.createElement('fieldset')
  const legend = document.createElement('legend')
  legend.textContent = 'Stripes'
  set.append(legend)
  const add = (stripe: number | undefined): void => {
    const label = document.createElement('label')
    const input = document.createElement('input')
    input.type = 'radio'
    input.name = 'stripe'
    input.checked = stripe === chosen
    input.addEventListener('change', () => {
      chosen = stripe
      redraw()
    })
    if (stripe !== undefined) label.style.setProperty('--chosen', stripeColor(stripe))
    label.append(input, stripe === undefined ? 'all' : String(stripe))
    set.append(label)
  }
  add(undefined)
  for (let stripe = 0; stripe < stripes; stripe++) add(stripe)
  return [set]
}

export function drawTree(tree: TreeData, width: number): Node[] {
  return tree.peers === undefined || tree.edges === undefined
    ? drawBars(tree, width)
    : drawRings(tree, tree.peers, tree.edges, width)
}

const REGION_COLORS = ['var(--stripe-0)', 'var(--stripe-1)', 'var(--stripe-2)']

function drawBars({ cells, atS }: TreeData, width: number): Node[] {
  const depths = [...new Set(cells.map(({ depth }) => depth))].sort((a, b) =>
    a < 0 ? 1 : b < 0 ? -1 : a - b
  )
  const regions = [...new Set(cells.map(({ region }) => region))].sort((a, b) => a - b)
  const name = (depth: number): string => (depth === -1 ? 'not fed' : depth === 0 ? 'origin' : String(depth))
  const totals = depths.map((depth) => ({
    name: name(depth),
    peers: cells.filter((cell) => cell.depth === depth).reduce((sum, { peers }) => sum + peers, 0)
  }))
  return [
    legend(...regions.map((region) => [REGION_COLORS[region % 3]!, `region ${region + 1}`] as const)),
    svg(
      {
        width,
        height: 30 * depths.length + 50,
        marginLeft: 60,
        marginRight: 60,
        marginTop: 10,
        marginBottom: 38,
        x: {
          label: 'peers',
          labelAnchor: 'center',
          labelArrow: 'none',
          ticks: Math.max(3, width / 110),
          tickFormat: whole
        },
        y: { domain: depths.map(name), label: null, tickSize: 0, padding: 0.25 },
        marks: [
          Plot.gridX({ stroke: 'var(--grid)', strokeOpacity: 1 }),
          Plot.barX(
            cells,
            Plot.stackX({
              x: 'peers',
              y: ({ depth }: (typeof cells)[number]) => name(depth),
              fill: ({ region }: (typeof cells)[number]) => REGION_COLORS[region % 3]!,
              order: ({ region }: (typeof cells)[number]) => region,
              insetRight: 1
            })
          ),
          Plot.text(totals, {
            x: 'peers',
            y: 'name',
            text: ({ peers }: { peers: number }) => whole(peers),
            textAnchor: 'start',
            dx: 6,
            fill: 'var(--ink)'
          })
        ]
      },
      `Bars: peers by links from the origin and region, ${atS} seconds into the show.`
    )
  ]
}

interface Spot {
  readonly place: number
  readonly role: (typeof ROLES)[number]
  readonly region: number
  depth: number
  angle: number
  radius: number
  x: number
  y: number
  children: number
}

type Edge = NonNullable<TreeData['edges']>[number]

function drawRings(
  { atS, stripes }: TreeData,
  peers: NonNullable<TreeData['peers']>,
  allEdges: readonly Edge[],
  width: number
): Node[] {
  const edges = allEdges.filter(([, , bits]) => chosen === undefined || (bits & (1 << chosen)) !== 0)
  const spots = peers.map(([role, region], place): Spot => {
    return { place, role: ROLES[role]!, region, depth: -1, angle: 0, radius: 0, x: 0, y: 0, children: 0 }
  })
  spread(spots, edges)
  const fed = spots.filter(({ depth }) => depth >= 0)
  const unfed = spots.filter(({ depth }) => depth < 0)
  const deepest = Math.max(1, ...fed.map(({ depth }) => depth))
  const size = Math.min(width, 820)
  const rings = deepest + (unfed.length > 0 ? 1 : 0)
  const reach = size / 2 - 14
  const labelEvery = Math.ceil((16 * rings) / reach)
  const radiusOf = (depth: number): number => (reach * depth) / rings
  for (const [i, spot] of unfed.entries()) {
    spot.depth = rings
    spot.angle = (2 * Math.PI * (i + 0.5)) / unfed.length
  }
  for (const spot of spots) {
    spot.radius = radiusOf(spot.depth)
    spot.x = spot.radius * Math.sin(spot.angle)
    spot.y = spot.radius * Math.cos(spot.angle)
  }
  const lines = edges.flatMap(([from, to, bits], i) => {
    // What the unfed pass on among themselves is nothing.
    if (unfed.includes(spots[from]!) || unfed.includes(spots[to]!)) return []
    const color = chosen ?? lowest(bits)
    return curve(spots[from]!, spots[to]!).map((point) => ({ ...point, edge: i, color }))
  })
  const isMany = chosen === undefined && stripes > 1
  const opacity = isMany ? 0.28 : 0.75
  const dotRadius = ({ role, children }: Spot): number =>
    role === 'origin' ? (size < 500 ? 5 : 8) : (size < 500 ? 1.7 : 2.4) + 0.55 * Math.sqrt(children)
  const isRelay = (spot: Spot): boolean => spot.children > 0 && !unfed.includes(spot)
  const colorOf = ({ role }: Spot): string =>
    role === 'origin' ? 'var(--ink)' : role === 'root' ? 'var(--second)' : 'var(--main)'
  const quietest = spots.filter((spot) => !isRelay(spot) && !unfed.includes(spot))
  const count = {
    relays: spots.filter((spot) => isRelay(spot) && spot.role === 'listener').length,
    idle: quietest.length
  }
  const entries: (readonly [string, string, string?])[] = [
    ['var(--ink)', 'origin', 'dot'],
    ...(spots.some(({ role }) => role === 'root') ? [['var(--second)', 'root', 'dot'] as const] : []),
    ['var(--main)', `listener that feeds others (${count.relays})`, 'dot'],
    ['var(--main)', `feeds nobody (${count.idle})`, 'ring'],
    ...(unfed.length > 0 ? [['var(--fault)', `not fed (${unfed.length})`, 'ring'] as const] : [])
  ]
  const title = (spot: Spot): string => {
    const where = unfed.includes(spot)
      ? 'not fed'
      : `${spot.depth} ${spot.depth === 1 ? 'link' : 'links'} from the origin`
    return `${spot.role}, region ${spot.region + 1}\n${where}\nfeeds ${spot.children}`
  }
  const what = chosen === undefined ? 'all stripes' : `stripe ${chosen}`
  return [
    legend(...entries),
    svg(
      {
        width: size,
        height: size,
        margin: 0,
        x: { domain: [-size / 2, size / 2], range: [0, size], axis: null },
        y: { domain: [-size / 2, size / 2], range: [size, 0], axis: null },
        r: { type: 'identity' },
        marks: [
          Plot.dot(
            Array.from({ length: rings }, (_, i) => i + 1),
            { x: () => 0, y: () => 0, r: radiusOf, stroke: 'var(--line)', fill: 'none' }
          ),
          Plot.line(lines, {
            x: 'x',
            y: 'y',
            z: 'edge',
            stroke: ({ color }: { color: number }) => stripeColor(color),
            strokeOpacity: opacity,
            strokeWidth: isMany ? 0.8 : 1.1
          }),
          Plot.dot(quietest, {
            x: 'x',
            y: 'y',
            r: dotRadius,
            fill: 'var(--page)',
            stroke: colorOf,
            strokeWidth: 1.2
          }),
          Plot.dot(unfed, {
            x: 'x',
            y: 'y',
            r: 3,
            fill: 'var(--page)',
            stroke: 'var(--fault)',
            strokeWidth: 1.5
          }),
          Plot.dot(
            spots.filter((spot) => isRelay(spot)),
            { x: 'x', y: 'y', r: dotRadius, fill: colorOf, stroke: 'var(--page)', strokeWidth: 0.8 }
          ),
          Plot.text(
            Array.from({ length: rings }, (_, i) => i + 1).filter(
              (depth) => (rings - depth) % labelEvery === 0
            ),
            {
              x: () => 0,
              y: (depth: number) => radiusOf(depth),
              text: (depth: number) => (depth > deepest ? 'not fed' : String(depth)),
              fill: 'var(--quiet)',
              stroke: 'var(--page)',
              strokeWidth: 5,
              fontSize: 11
            }
          ),
          Plot.tip(spots, Plot.pointer({ x: 'x', y: 'y', title, maxRadius: 14 }))
        ]
      },
      `Rings around the origin, ${atS} seconds into the show, ${what}: ${spots.length - 1} peers, the deepest ${deepest} links away.`
    )
  ]
}

/** Gives each peer its ring and its angle, by a walk from the origin: as much of the circle as it has peers below it that feed
 * nobody. */
function spread(spots: readonly Spot[], edges: readonly Edge[]): void {
  const below = new Map<number, number[]>()
  for (const [from, to] of edges) {
    spots[from]!.children++
    const children = below.get(from)
    if (children === undefined) below.set(from, [to])
    else children.push(to)
  }
  const feeds = new Map<number, number>()
  const order: number[] = []
  const root = spots.findIndex(({ role }) => role === 'origin')
  if (root < 0) return
  spots[root]!.depth = 0
  order.push(root)
  for (const place of order) {
    const children = [...(below.get(place) ?? [])].sort(
      (a, b) => spots[a]!.region - spots[b]!.region || a - b
    )
    for (const child of children) {
      if (spots[child]!.depth >= 0) continue
      spots[child]!.depth = spots[place]!.depth + 1
      feeds.set(child, place)
      order.push(child)
    }
  }
  const branches = new Map<number, number[]>()
  for (const place of order) {
    const parent = feeds.get(place)
    if (parent !== undefined) branches.set(parent, [...(branches.get(parent) ?? []), place])
  }
  const tips = new Map<number, number>()
  for (const place of [...order].reverse()) {
    const children = branches.get(place) ?? []
    tips.set(
      place,
      Math.max(
        1,
        children.reduce((sum, child) => sum + tips.get(child)!, 0)
      )
    )
  }
  const give = (place: number, from: number, to: number): void => {
    spots[place]!.angle = (from + to) / 2
    let at = from
    for (const child of branches.get(place) ?? []) {
      const part = ((to - from) * tips.get(child)!) / tips.get(place)!
      give(child, at, at + part)
      at += part
    }
  }
  give(root, 0, 2 * Math.PI)
}

/** A bow from ring to ring: cubic, along the radius at both ends. */
function curve(from: Spot, to: Spot): { x: number; y: number }[] {
  const half = (from.radius + to.radius) / 2
  const at = ({ angle }: Spot, radius: number): [number, number] => [
    radius * Math.sin(angle),
    radius * Math.cos(angle)
  ]
  const points = [at(from, from.radius), at(from, half), at(to, half), at(to, to.radius)] as const
  const steps = 10
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = i / steps
    const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3]
    const sum = (axis: 0 | 1): number => points.reduce((all, point, n) => all + weights[n]! * point[axis], 0)
    return { x: sum(0), y: sum(1) }
  })
}

function lowest(bits: number): number {
  return bits === 0 ? 0 : 31 - Math.clz32(bits & -bits)
}
