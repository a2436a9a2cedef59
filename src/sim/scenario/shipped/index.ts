/** The scenarios that can be named. What a file leaves out has the default of `schema.ts`. */

import type { Scenario } from '../scenario.js'
import { readScenario } from '../schema.js'
import blackHoles from './black-holes.json' with { type: 'json' }
import busiestKilled from './busiest-killed.json' with { type: 'json' }
import calm from './calm.json' with { type: 'json' }
import churn from './churn.json' with { type: 'json' }
import eclipse from './eclipse.json' with { type: 'json' }
import flashCrowd from './flash-crowd.json' with { type: 'json' }
import freeRiders from './free-riders.json' with { type: 'json' }
import lossy from './lossy.json' with { type: 'json' }
import polluters from './polluters.json' with { type: 'json' }
import rootsDown from './roots-down.json' with { type: 'json' }
import slowRelays from './slow-relays.json' with { type: 'json' }
import spaces2023 from './spaces-2023-05-24.json' with { type: 'json' }
import spaces2024 from './spaces-2024-08-12.json' with { type: 'json' }
import trackersDown from './trackers-down.json' with { type: 'json' }

/** From the calmest to the roughest. */
const FILES: readonly { readonly name: string }[] = [
  calm,
  flashCrowd,
  churn,
  lossy,
  slowRelays,
  blackHoles,
  trackersDown,
  rootsDown,
  busiestKilled,
  freeRiders,
  polluters,
  eclipse,
  spaces2023,
  spaces2024
]

/** By name; each is read when it is first asked for. */
export const shippedScenarios: Readonly<Partial<Record<string, Scenario>>> = readLater()

export const scenarioNames: readonly string[] = FILES.map(({ name }) => name)

function readLater(): Record<string, Scenario> {
  const scenarios = Object.create(null) as Record<string, Scenario>
  for (const file of FILES) {
    let scenario: Scenario | undefined
    const get = (): Scenario => (scenario ??= readScenario(file, `${file.name}.json`))
    Object.defineProperty(scenarios, file.name, { enumerable: true, get })
  }
  return scenarios
}
