/**
 * A tracker's options as operators write them: in a file, in the environment, or both. The environment goes before the file, and what
 * is neither here nor there has its default.
 */

import { z } from 'zod'
import { TreecastError } from '../protocol/errors.js'
import { DEFAULT_DRAIN_SECONDS, DEFAULT_TRACKER_PORT } from './options.js'

/** Before the names of options in the environment: `tlsCert` is TREECAST_TLS_CERT. */
const PREFIX = 'TREECAST_'

const list = z.array(z.string().min(1))

const schema = z.strictObject({
  $schema: z.string().optional(),
  host: z.string().min(1).optional().describe("Address to listen on. Default: all of this machine's."),
  port: z.int().min(0).max(65_535).default(DEFAULT_TRACKER_PORT).describe('0 picks a free one.'),
  store: z
    .string()
    .regex(/^(memory$|rediss?:\/\/)/, 'expected "memory", or redis://host:port of a Redis or Valkey')
    .default('memory')
    .describe('What several trackers share; rediss:// for TLS.'),
  tlsCert: z.string().min(1).optional().describe('Path of a certificate in PEM, with those of its issuers.'),
  tlsKey: z.string().min(1).optional().describe("Path of the certificate's key in PEM."),
  trustedProxies: list
    .default([])
    .describe('Addresses and networks of proxies whose X-Forwarded-For is believed.'),
  origins: z
    .array(z.string().regex(/^https?:\/\/[^/\s]+$/, 'expected an origin, as https://example.org'))
    .min(1, 'expected at least one origin; leave it out to allow all')
    .optional()
    .describe('Origins of pages that may connect. Default: all.'),
  banned: list.default([]).describe('Addresses and networks that are turned away.'),
  turnServers: list
    .default([])
    .describe('Addresses and networks of TURN servers that peers may name as their own.'),
  joinsPerSecond: z
    .number()
    .min(0)
    .optional()
    .describe('Connections of one address a second; 0 for any number.'),
  joinBurst: z.int().min(1).optional().describe('And so many at once.'),
  servedPerSecond: z
    .number()
    .min(1)
    .max(100_000)
    .optional()
    .describe(
      'Joins that are served a second, whoever comes; beyond it newcomers wait, and who works goes first.'
    ),
  limitPrivate: z
    .boolean()
    .default(false)
    .describe('Whether loopback and private networks are limited like all others.'),
  maxConnections: z.int().min(1).max(1_000_000).optional().describe('Connections in all.'),
  drainSeconds: z
    .number()
    .min(0)
    .max(3_600)
    .default(DEFAULT_DRAIN_SECONDS)
    .describe('After SIGTERM all peers are let go of within so long.'),
  directory: z
    .boolean()
    .default(false)
    .describe('Whether /status-json.xsl names broadcasts and their links, or only counts.'),
  publicUrl: z
    .string()
    .regex(/^wss?:\/\/\S+$/, 'expected ws://… or wss://…')
    .optional()
    .describe('Where peers reach this tracker from outside.'),
  log: z
    .enum(['silent', 'error', 'warn', 'info', 'debug'])
    .optional()
    .describe('Structured logs on stderr, one JSON object a line. Default: a few lines for people.'),
  logAddresses: z.boolean().default(false).describe('Whether logs hold addresses of peers.')
})

export type TrackerSettings = z.output<typeof schema>

/** Names of all options. */
export const settingNames = Object.keys(schema.shape).filter((name) => name !== '$schema')

/** `tlsCert` → `TREECAST_TLS_CERT`. */
export function variableOf(name: string): string {
  return PREFIX + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

export interface SettingSources {
  /** What was typed, by names of options: goes before all. */
  readonly typed: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A file's text, and its name for errors. */
  readonly file?: { readonly text: string; readonly name: string } | undefined
}

/**
 * @throws TreecastError `bad-option` that says of each option that is wrong where it stands and what was expected.
 */
export function readSettings({ typed, environment, file }: SettingSources): TrackerSettings {
  const given: Record<string, unknown> = {}
  const where = new Map<string, string>()
  if (file !== undefined) {
    for (const [name, value] of Object.entries(parse(file.text, file.name))) {
      given[name] = value
      where.set(name, `${file.name}: ${name}`)
    }
  }
  for (const name of settingNames) {
    const text = environment[variableOf(name)]
    if (text !== undefined && text !== '') {
      given[name] = fromText(name, text)
      where.set(name, variableOf(name))
    }
    if (typed[name] !== undefined) {
      given[name] = typed[name]
      where.set(name, flagOf(name))
    }
  }
  const result = schema.safeParse(given)
  const problems = result.success
    ? together(result.data)
    : result.error.issues.flatMap((issue) => {
        if (issue.code === 'unrecognized_keys')
          return issue.keys.map((key) => `${file?.name ?? ''}: "${key}" is not known${nearest(key)}`)
        const [name = '', ...rest] = issue.path.map(String)
        const place = [where.get(name) ?? name, ...rest.map((step) => `[${step}]`)].join('')
        return [`${place}: ${issue.message}`]
      })
  if (problems.length > 0) throw new TreecastError('bad-option', problems.join('; '))
  return result.data!
}

/** As JSON Schema (2020-12), for editors. */
export function settingsSchema(): unknown {
  return z.toJSONSchema(schema, { io: 'input' })
}

function parse(text: string, name: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new TreecastError('bad-option', `${name} is not JSON: ${(error as Error).message}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new TreecastError('bad-option', `${name}: expected an object of options, as {"port": 8470}`)
}

/** A text of the environment as its option wants it: lists are separated by commas. What does not fit is left to the schema. */
function fromText(name: string, text: string): unknown {
  const type: unknown = schema.shape[name as keyof typeof schema.shape]
  const { success: isText } = (type as z.ZodType).safeParse(text)
  if (isText) return text
  const values = [
    text.split(',').map((each) => each.trim()),
    /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text,
    text === 'true' || text === 'yes' || text === '1'
  ]
  const fits = values.find((value) => (type as z.ZodType).safeParse(value).success)
  const isNo = text === 'false' || text === 'no' || text === '0'
  return fits === false && !isNo ? text : (fits ?? text)
}

/** What no single option shows to be wrong. */
function together({ tlsCert, tlsKey }: z.output<typeof schema>): string[] {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return []
  return [`tlsCert and tlsKey go together; ${tlsCert === undefined ? 'tlsCert' : 'tlsKey'} is missing`]
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function nearest(key: string): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')
  const match = settingNames.find((name) => plain(name) === plain(key))
  return match === undefined ? `; there are ${settingNames.join(', ')}` : `; it is "${match}" here`
}
