/**
 * Draws the tree above a listener, and its children: the origin on top, each stripe a line of its own down to the
 * listener, a peer that carries several stripes drawn once. Stripes differ in dash, place and number, not only in colour.
 */

import type { WebStats } from '../index.js'
import { stripes } from './figures.js'
import { svg } from './markup.js'

/** All lengths are units of the picture; at its usual size one is a CSS pixel. */
const WIDTH = 320
const ROW = 64
const HEIGHT = 26
/** The widest and the narrowest box, and the space between two of a row. */
const BOX = { most: 62, least: 42, space: 10 }
/** Wide enough for the stripes' numbers beside each other. */
const YOUR_WIDTH = 120
/** Children that are drawn; more are counted. */
const MAX_CHILDREN = 6
/** The numbers of more stripes than this have no room. */
const MAX_NUMBERED = 6

interface Box {
  readonly name: string
  readonly kind: 'origin' | 'peer' | 'you'
  row: number
  width: number
  x: number
  y: number
}

interface Line {
  readonly from: Box
  readonly to: Box
  readonly stripe: number
}

export function treePicture(stats: WebStats): SVGElement {
  const { boxes, lines, hidden } = layOut(stats)
  const rows: Box[][] = []
  for (const box of boxes) (rows[box.row] ??= []).push(box)
  const width = Math.max(WIDTH, ...rows.map((row) => row.length * (BOX.least + BOX.space)))
  const height = rows.length * ROW
  rows.forEach((row, y) => {
    const room = width / row.length
    row.forEach((box, x) => {
      box.width = box.kind === 'you' ? YOUR_WIDTH : Math.min(BOX.most, room - BOX.space)
      box.x = (x + 0.5) * room
      box.y = (y + 0.5) * ROW
    })
  })

  const count = stats.paths.length
  const at = ({ x, width }: Box, stripe: number): number => x + ((stripe + 0.5) / count - 0.5) * (width - 12)
  const picture = svg('svg', {
    part: 'tree',
    // Half a row is empty above the first and below the last.
    viewBox: `0 16 ${width} ${height - (hidden > 0 ? 16 : 32)}`,
    role: 'img',
    'aria-label': inWords(stats)
  })
  const numbers: SVGElement[] = []
  for (const { from, to, stripe } of lines) {
    const [x1, x2] = [at(from, stripe), at(to, stripe)]
    const [y1, y2] = [from.y + HEIGHT / 2, to.y - HEIGHT / 2]
    const middle = (y1 + y2) / 2
    picture.append(
      svg('path', {
        class: `c${stripe % 4} d${(stripe + (stripe >> 2)) % 4}`,
        d: `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`
      })
    )
    if (to.kind === 'you' && count <= MAX_NUMBERED) {
      numbers.push(svg('text', { class: 'number', x: x2, y: y2 - 8 }, String(stripe + 1)))
    }
  }
  for (const { x, y, width, name, kind } of boxes) {
    picture.append(
      svg('rect', { class: kind, x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT, rx: 8 }),
      svg('text', { class: kind, x, y: y + 4 }, name)
    )
  }
  picture.append(...numbers)
  if (hidden > 0) picture.append(svg('text', { x: width / 2, y: height - 4 }, `and ${hidden} more`))
  return picture
}

/** Who stands in which row, in the order of the stripes that they carry, and who is joined to whom. */
function layOut({ id, paths, neighbours }: WebStats): { boxes: Box[]; lines: Line[]; hidden: number } {
  const boxes = new Map<string, Box>()
  const lines: Line[] = []
  const put = (id: string, name: string, kind: Box['kind'], row: number): Box => {
    const box = boxes.get(id) ?? { name, kind, row, width: 0, x: 0, y: 0 }
    boxes.set(id, box)
    box.row = Math.max(box.row, row)
    return box
  }
  const you = put(id, 'You', 'you', Math.max(0, ...paths.map((path) => path?.length ?? 0)))
  paths.forEach((path, stripe) => {
    path?.forEach((peer, row) =>
      put(peer, row === 0 ? 'Origin' : shortName(peer), row === 0 ? 'origin' : 'peer', row)
    )
    path?.forEach((peer, i) => {
      const to = boxes.get(path[i + 1] ?? id)!
      lines.push({ from: boxes.get(peer)!, to, stripe })
    })
  })
  // A peer may feed one stripe and be fed another: it stands above then, and is told in words.
  const children = neighbours.filter((each) => each.fed.length > 0 && !boxes.has(each.id))
  for (const child of children.slice(0, MAX_CHILDREN)) {
    const to = put(child.id, shortName(child.id), 'peer', you.row + 1)
    for (const stripe of child.fed) lines.push({ from: you, to, stripe })
  }
  return { boxes: [...boxes.values()], lines, hidden: children.length - MAX_CHILDREN }
}

/** The same for those who cannot see it. */
function inWords({ paths, neighbours }: WebStats): string {
  const above = paths.map((path, stripe) => {
    const way =
      path === null ? 'from nobody now' : ['origin', ...path.slice(1).map(shortName), 'you'].join(', ')
    return `Stripe ${stripe + 1}: ${way}.`
  })
  const children = neighbours
    .filter(({ fed }) => fed.length > 0)
    .map(({ id, fed }) => `${shortName(id)} (${stripes(fed)})`)
  return `The tree above you. ${above.join(' ')} You feed ${children.join(', ') || 'nobody'}.`
}

/** Enough of a short id to tell it from its neighbours. */
export function shortName(id: string): string {
  return id.slice(0, 5)
}
