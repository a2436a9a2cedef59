/** Scenarios, and fields of them, as people type them. */

import { readFile } from 'node:fs/promises'
import { TreecastError } from '../protocol/errors.js'
import type { Scenario } from '../sim/scenario/scenario.js'
import { parseScenario } from '../sim/scenario/schema.js'
import type { FieldValue } from '../sim/scenario/vary.js'
import { scenarioNames, shippedScenarios } from '../sim/scenario/shipped/index.js'
import { hint } from './near.js'
import { reason } from './output-folder.js'
import { printable } from './reporter.js'

/** A shipped one by its name, or what a file says. */
export async function findScenario(given: string): Promise<Scenario> {
  const shipped = scenarioNames.includes(given) ? shippedScenarios[given] : undefined
  if (shipped !== undefined) return shipped
  let text: string
  try {
    text = await readFile(given, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !/[./\\]/.test(given)) {
      throw new TreecastError(
        'bad-scenario',
        `there is no scenario "${printable(given)}"${hint(given, scenarioNames)}; --list shows all, and a file's name may be given`
      )
    }
    throw new TreecastError('bad-scenario', `${printable(given)} cannot be read: ${reason(code)}`)
  }
  return parseScenario(text, printable(given))
}

/** `field=value`, each for one field. */
export function readSettings(given: readonly string[] = []): Record<string, FieldValue> {
  return Object.fromEntries(given.map(parts).map(([path, text]) => [path, valueOf(text)]))
}

/** `field=value,…`, each with the values that it takes in turn. */
export function readRanges(given: readonly string[] = []): Record<string, FieldValue[]> {
  return Object.fromEntries(given.map(parts).map(([path, text]) => [path, text.split(',').map(valueOf)]))
}

function parts(text: string): [path: string, value: string] {
  const at = text.indexOf('=')
  if (at >= 1) return [text.slice(0, at), text.slice(at + 1)]
  throw new TreecastError(
    'bad-option',
    `--set ${printable(text)} sets nothing; expected field=value, as listeners.bufferMs=1000`
  )
}

/** As JSON says it, or a text. */
function valueOf(text: string): FieldValue {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? text : (value as FieldValue)
  } catch {
    return text
  }
}
