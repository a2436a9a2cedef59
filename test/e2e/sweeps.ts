/** What tests of sweeps have in common. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Four cells of a third of a second each. */
export const GRID = {
  about: 'A dozen peers for four seconds.',
  scenarios: [
    {
      name: 'short',
      peers: 12,
      show: { seconds: 4 },
      crowd: { arrivals: { within: { fromS: -5, forS: 6 } } }
    }
  ],
  topologies: ['striped'],
  seeds: { from: 1, to: 4 }
}

/** The bytes that a finished sweep leaves for people and programs, by the files' names. */
export async function resultsIn(folder: string): Promise<Record<string, string>> {
  const names = ['report.html', 'means.json', 'means.csv', 'cells.csv', 'sweep.json']
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return Object.fromEntries(names.map((name, i) => [name, texts[i]!]))
}
