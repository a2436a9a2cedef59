/** The script of `report.html`: draws its plots from the data in the page, as wide as there is room, and gives each as a table too. */

import { data, type Drawing } from './chart.js'
import { copies, delay, startup } from './distribution-charts.js'
import { type PlotName, PLOTS } from './plots.js'
import { continuity, listeners, origin } from './time-charts.js'
import { drawTree, treeControls } from './tree.js'
import { classes, contribution } from './upload-charts.js'
import { whole } from './words.js'

const tree = (): Drawing => ({
  draw: (width) => drawTree(data.tree!, width),
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
