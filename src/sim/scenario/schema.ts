/** The schema of scenario files, their defaults with sources, and errors that say what is wrong, where, and what was expected. */

import { z } from 'zod'
import { TreecastError } from '../../protocol/errors.js'
import type { Scenario } from './scenario.js'

const share = z.number().min(0).max(1)
const seconds = z.number().min(0).max(36_000)
const positive = z.number().positive()
const whole = z.int()

const sessions = z.strictObject({
  shortShare: share.default(0.25),
  shortMeanS: positive.default(30),
  longMedianS: positive.default(25 * 60),
  longSigma: z.number().min(0).max(5).default(1.2)
})

const hostile = z
  .strictObject({
    share: share.default(0),
    how: z
      .array(
        z.enum(['forge', 'flip', 'replay', 'old', 'future', 'jump', 'shirk', 'starve', 'refuse', 'grab'])
      )
      .max(10)
      .default([]),
    fromS: z.number().optional(),
    first: z.boolean().default(false)
  })
  .refine(({ share: some, how }) => some === 0 || how.length > 0, {
    path: ['how'],
    error: 'who is hostile does something: name at least one way'
  })

const fault = z
  .strictObject({
    atS: seconds,
    what: z.enum([
      'kill',
      'vanish',
      'freeze',
      'black-hole',
      'slow',
      'mute',
      'trackers-down',
      'flood',
      'loss'
    ]),
    share: share.optional(),
    count: whole.min(1).optional(),
    choose: z.enum(['random', 'busiest', 'newest', 'roots', 'relays']).default('random'),
    forS: positive.optional(),
    everyS: positive.optional(),
    untilS: seconds.optional(),
    delayMs: z.tuple([z.number().min(0), z.number().min(0)]).optional(),
    loss: share.optional(),
    targets: z
      .array(z.enum(['trackers', 'origin', 'roots']))
      .min(1)
      .optional(),
    admits: share.optional()
  })
  .check((given) => {
    const { what, share: some, count, everyS, untilS, delayMs, loss, forS, targets, admits } = given.value
    const complain = (path: string, message: string): void => {
      given.issues.push({ code: 'custom', path: [path], message, input: given.value })
    }
    const isAboutPeers = what !== 'trackers-down' && what !== 'loss' && what !== 'flood'
    if (isAboutPeers && (some === undefined) === (count === undefined))
      complain('share', `"${what}" needs either a share or a count of peers`)
    if ((everyS === undefined) !== (untilS === undefined)) complain('everyS', 'everyS and untilS go together')
    if (what === 'slow' && delayMs === undefined) complain('delayMs', '"slow" needs delayMs: [least, most]')
    if (delayMs !== undefined && delayMs[0] > delayMs[1]) complain('delayMs', 'the least is above the most')
    if (what === 'flood' && (targets === undefined || admits === undefined))
      complain('targets', '"flood" needs targets, and the share that it admits')
    if (what === 'loss' && loss === undefined) complain('loss', '"loss" needs the share that is lost')
    if ((what === 'kill' || what === 'vanish') && forS !== undefined)
      complain('forS', `"${what}" is for ever; newcomers come with crowd.replaced`)
  })

/** With `{}` each group is its defaults. */
const scenario = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and hyphens'),
  about: z.string().max(2_000).default(''),
  peers: whole.min(1).max(10_000_000).default(1_000),
  show: z
    .strictObject({
      seconds: z.number().min(1).max(36_000).default(300),
      kbps: z.number().min(6).max(256).default(64),
      packetMs: whole.min(20).max(200).multipleOf(20).default(100),
      stripes: whole.min(1).max(16).default(4)
    })
    .prefault({}),
  crowd: z
    .strictObject({
      // A guess of a crowd that was told of a show: a third is there already, a third comes on time.
      arrivals: z
        .strictObject({
          early: share.default(0.3),
          rush: share.default(0.3),
          rushS: positive.default(60),
          meanS: positive.default(300),
          within: z.strictObject({ fromS: z.number(), forS: z.number().min(0) }).optional()
        })
        .prefault({}),
      sessions: z.union([z.literal('stay'), sessions]).default('stay'),
      replaced: z.boolean().default(false),
      vanishing: share.default(0.5),
      tickets: z.strictObject({ share: share.default(0), ageS: z.number().min(0).default(60) }).prefault({}),
      mobile: share.default(0.4),
      impatience: z
        .strictObject({ meanS: positive, returns: share.default(0.7), returnsAfterS: positive.default(20) })
        .optional(),
      leaves: share.default(0.1),
      hostile: hostile.prefault({}),
      uplink: z
        .strictObject({
          fixedMbps: positive.default(20),
          mobileMbps: positive.default(8),
          sigma: z.number().min(0).max(5).default(1.1)
        })
        .prefault({})
    })
    .prefault({}),
  network: z
    .strictObject({
      rttMs: z.union([z.literal('internet'), z.number().min(0).max(5_000)]).default('internet'),
      jitterMs: z.number().min(0).max(1_000).default(2),
      loss: z
        .strictObject({
          fixed: share.default(0.005),
          mobile: share.default(0.02),
          burst: z.number().min(1).default(3)
        })
        .prefault({}),
      duplicates: share.default(0),
      reordering: share.default(0),
      nat: z.boolean().default(true),
      // An offer and an answer by the tracker, a check of the candidates, DTLS 1.2's two.
      setupRtts: z.number().min(0).max(20).default(4),
      setupMs: z.number().min(0).max(10_000).default(5)
    })
    .prefault({}),
  listeners: z
    .strictObject({
      bufferMs: z.number().min(100).max(5_000).default(2_000),
      pace: z.enum(['timed', 'eager']).default('timed'),
      uploadShare: share.default(0.1),
      maxUploadKbps: positive.default(2_000),
      maxChildren: z.number().min(0).max(1_000).default(4),
      // WebCrypto in Chromium checks 11,000 a second, node:crypto 2,000 to 6,000.
      verifyMs: z.number().min(0).max(100).default(0.2)
    })
    .prefault({}),
  origin: z
    .strictObject({
      uplinkKbps: positive.default(100_000),
      maxChildren: z.number().positive().max(1_000_000).default(8),
      maxPeers: whole.min(0).default(0),
      hidden: z.boolean().default(false)
    })
    .prefault({}),
  trackers: whole.min(1).max(16).default(1),
  roots: whole.min(0).max(1_000).default(0),
  faults: z.array(fault).max(1_000).default([]),
  snapshots: z.array(seconds).max(100).default([])
})

/**
 * Reads what a scenario file holds; what it leaves out has the default.
 *
 * @param where names the file in errors
 * @throws TreecastError `bad-scenario` with the path of every field that is wrong, and what was expected
 */
export function readScenario(value: unknown, where: string): Scenario {
  const result = scenario.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`)
  throw new TreecastError('bad-scenario', `${where} is no scenario: ${problems.join('; ')}`)
}

/** The same from JSON text. */
export function parseScenario(text: string, where: string): Scenario {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new TreecastError('bad-scenario', `${where} is not JSON: ${(error as Error).message}`)
  }
  return readScenario(value, where)
}

/** As JSON Schema (2020-12), for editors. */
export function scenarioSchema(): unknown {
  return z.toJSONSchema(scenario, { io: 'input' })
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the whole'
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
}
