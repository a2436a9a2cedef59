/** How every report's file begins: one page that needs no network, and whose policy lets none in. */

import { escape } from './escape.js'
import { STYLE } from './style.js'

export interface Head {
  readonly title: string
  readonly version: string
  readonly description?: string
  /** What this page has beyond the common style. */
  readonly style?: string
  /** It draws its plots itself. */
  readonly hasScript: boolean
}

/** Up to the beginning of its body. */
export function headOf({ title, version, description, style = '', hasScript }: Head): string {
  const scripts = hasScript ? " script-src 'unsafe-inline';" : ''
  const policy = `default-src 'none';${scripts} style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`
  const about =
    description === undefined ? '' : `\n<meta name="description" content="${escape(description)}">`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="treecast ${escape(version)}">${about}
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}${style}</style>
</head>
<body>`
}
