/** What all charts of the report have in common: how one is drawn, named and read. */

import * as Plot from '@observablehq/plot'
import type { ReportData } from './shapes.js'

/** What this page is about. */
export const data = JSON.parse(document.getElementById('data')!.textContent) as ReportData

export type Cell = string | number

/** A plot, and its figures as a table. */
export interface Drawing {
  /** @param width of the room that there is, pixels. */
  draw(width: number): Node[]
  readonly head: readonly string[]
  readonly rows: () => readonly (readonly Cell[])[]
}

export const main = 'var(--main)'
export const quiet = 'var(--quiet)'
export const fault = 'var(--fault)'
export const second = 'var(--second)'

export function svg(options: Plot.PlotOptions, label: string): Element {
  const element = Plot.plot({
    style: { background: 'none', fontSize: '12px' },
    ...options,
    ariaLabel: label,
    className: 'drawn'
  })
  element.setAttribute('role', 'img')
  return element
}

export function legend(
  ...entries: readonly (readonly [color: string, text: string, shape?: string])[]
): Element {
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
