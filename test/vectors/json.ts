/** Values as JSON: bytes as {"hex": …}, maps as {"map": [[key, value], …]}. */

import { readFileSync } from 'node:fs'

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, replacer, 2)}\n`
}

export function fromFile(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'), reviver)
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

function replacer(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { hex: hex(value) }
  if (value instanceof Map) return { map: [...value] }
  return value
}

function reviver(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return value
  if ('hex' in value && typeof value.hex === 'string') return bytesOf(value.hex)
  if ('map' in value && Array.isArray(value.map)) return new Map(value.map as [string, string][])
  return value
}
