/** A scenario in which single fields are set to other values, by their paths: `listeners.bufferMs`, `faults[0].share`. */

import { TreecastError } from '../../protocol/errors.js'
import type { Scenario } from './scenario.js'
import { readScenario } from './schema.js'

/** What a field is set to: any value of JSON. */
export type FieldValue = string | number | boolean | null

const PATH = /^[a-z]\w*(?:\.[a-z]\w*|\[\d+\])*$/i

/**
 * @param fields by their paths, as errors of `readScenario` tell them
 * @returns the scenario with these; its name stays
 * @throws TreecastError `bad-scenario` if there is no such field, or it may not have this value
 */
export function varyScenario(scenario: Scenario, fields: Readonly<Record<string, FieldValue>>): Scenario {
  const entries = Object.entries(fields)
  if (entries.length === 0) return scenario
  const varied = structuredClone(scenario) as unknown as Record<string, unknown>
  for (const [path, value] of entries) set(varied, path, value, scenario.name)
  const told = entries.map(([path, value]) => `${path}=${String(value)}`).join(' ')
  return readScenario(varied, `${scenario.name} with ${told}`)
}

function set(whole: Record<string, unknown>, path: string, value: FieldValue, name: string): void {
  if (!PATH.test(path))
    throw new TreecastError(
      'bad-scenario',
      `"${path}" is no path of a field; expected one as listeners.bufferMs or faults[0].share`
    )
  const steps = path.match(/\w+/g)!
  const last = steps.pop()!
  let at: unknown = whole
  for (const step of steps) at = has(at, step) ? at[step] : undefined
  if (typeof at !== 'object' || at === null || (Array.isArray(at) && !has(at, last)))
    throw new TreecastError('bad-scenario', `${name} has no field ${path}; sim --schema shows all`)
  ;(at as Record<string, unknown>)[last] = value
}

function has(value: unknown, key: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}
