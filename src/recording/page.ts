/** The page of a folder of recordings: what any web host serves. `published.ts` is what runs in it. */

import { placeText } from './faults.js'
import type { Verification } from './verify.js'

/** A recording as the page is told of it. */
export interface Published {
  /** The Ogg Opus file's name in the folder. */
  readonly file: string
  readonly found: Verification
  /** Peaks, 0…100. */
  readonly waveform: readonly number[]
}

const STYLE = `
  :root { color-scheme: light dark; --ink: #1d2a2a; --paper: #f6f4ee; --line: #d8d3c6; --accent: #b3541e }
  @media (prefers-color-scheme: dark) { :root { --ink: #e9e6dd; --paper: #16201f; --line: #35423f; --accent: #e58a4e } }
  body { margin: 0 auto; max-width: 46rem; padding: 2rem 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
  article { padding: 1.5rem 0; border-top: 1px solid var(--line) }
  h1, h2 { line-height: 1.2; margin: 0 0 .25rem }
  h1 { font-size: 1.5rem; margin-bottom: 1.5rem }
  h2 { font-size: 1.15rem }
  p { margin: .25rem 0 }
  canvas { display: block; width: 100%; height: 4.5rem; margin: .75rem 0 .25rem; cursor: pointer; color: var(--accent) }
  audio { width: 100% }
  code { overflow-wrap: anywhere; font-size: .85em }
  button { font: inherit; padding: .3rem .9rem; border: 1px solid currentColor; border-radius: .3rem; color: inherit; background: none; cursor: pointer }
  a { color: var(--accent) }
  output { white-space: pre-line; display: block; min-height: 1.5em; margin-top: .5rem }
  output[data-verdict=tampered] { color: #c0392b }
  .drop { border: 2px dashed var(--line); border-radius: .5rem; padding: 1.25rem; text-align: center; margin-top: 1.5rem }
  .drop.over { border-color: var(--accent) }
`

/** @param recordings all that are in the folder */
export function publishedPage(recordings: readonly Published[]): string {
  const title = recordings.length === 1 ? titleOf(recordings[0]!) : 'Recordings'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="default-src 'self'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${text(title)}</title>
<style>${STYLE}</style>
<h1>${text(title)}</h1>
${recordings.map(article).join('\n')}
<section class="drop">
  <p>Or drop a recording and its proof here: both files stay on this machine.</p>
  <p><input type="file" multiple aria-label="A recording and its proof"></p>
  <output></output>
</section>
<script type="module" src="treecast-recordings.js"></script>
</html>
`
}

function article(recording: Published): string {
  const { file, found, waveform } = recording
  const { publisher, name, began, seconds, whole, from, gaps } = found
  const address = encodeURIComponent(file)
  const day = new Date(began).toISOString().slice(0, 10)
  const part = whole ? 'the whole show' : `from ${placeText(from)} of the show`
  const missing = gaps.map((gap) => `${placeText(gap.at)} (${gap.seconds.toFixed(1)} s)`).join(', ')
  return `<article data-file="${text(address)}" data-publisher="${text(publisher)}" data-waveform="${waveform.join(' ')}">
  <h2>${text(titleOf(recording))}</h2>
  <p>${text(name)}, ${day}, ${placeText(seconds)}: ${part}</p>
  <canvas width="1200" height="144" role="img" aria-label="How loud it is; click to go there"></canvas>
  <audio controls preload="metadata" src="${text(address)}"></audio>
  <p><button type="button">Verify</button>
    <a href="${text(address)}" download>Opus file</a> · <a href="${text(address)}.proof" download>its proof</a></p>
  <output></output>
  <p>${gaps.length === 0 ? 'Nothing is missing.' : `Missing, and kept as time: ${missing}.`}</p>
  <p>Signed by <code>${text(publisher)}</code>. Compare it with the broadcast's link.</p>
</article>`
}

function titleOf({ found, file }: Published): string {
  const { artist, title } = found.metadata
  const words = [artist, title].filter((word) => word !== undefined && word !== '')
  return words.length > 0 ? words.join(' – ') : file
}

/** Text for HTML, attributes too: titles are the publisher's, who may be anybody. */
function text(raw: string): string {
  return raw.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
