/** What is said in plain lines: the progress where there is no terminal, and the summary at the end. */

import { clock, plural, seconds } from './story.js'

/** @typedef {import('./story.js').Story} Story */
/** @typedef {import('./story.js').Listener} Listener */
/** @typedef {import('./story.js').Kill} Kill */

/**
 * @param {Story} story
 * @param {number} now
 */
export function progressLine(story, now) {
  const hearing = story.audience.filter(({ state }) => state !== 'starting').length
  const lost = story.lost === 0 ? 'nothing lost' : `${plural(story.lost, 'packet')} lost`
  const time = `${clock(story.showMs(now))} / ${clock(story.durationMs)}`
  return `${time}  ${plural(hearing, 'listener')}, ${plural(story.depth, 'step')} deep; the origin uploads ${story.copies.toFixed(2)} copies; ${lost}`
}

/**
 * @param {Story} story
 * @param {number} now
 * @returns {string[]}
 */
export function summary(story, now) {
  const { listeners, pages, copies, kills } = story
  const killed = listeners.filter(({ state }) => state === 'killed').length
  const ended = story.wasCutShort ? 'was ended' : 'is over'
  const hearers = [
    plural(listeners.length, 'listener'),
    ...(pages.length === 0 ? [] : [`${pages.length} of them in a browser`]),
    ...(killed === 0 ? [] : [`${killed} of them killed`])
  ].join(', ')
  return [
    `The show ${ended} after ${clock(story.showMs(now))}: ${hearers}.`,
    '',
    '  listener  frames  lost        in       out',
    ...listeners.map((listener) => row(listener, kills)),
    '',
    `The origin uploaded ${copies.toFixed(2)} copies of the show for ${plural(listeners.length, 'listener')}.`,
    ...kills.flatMap(recovery),
    verdict(story)
  ]
}

/**
 * @param {Listener} listener
 * @param {readonly Kill[]} kills
 */
function row(listener, kills) {
  const { name, state, frames, gaps, stats, reason, isPage } = listener
  const kill = kills.find(({ victim }) => victim === listener)
  const why = reason === '' ? '' : `: ${reason}`
  const fate = isPage && state === 'left' ? 'was closed' : `${NOTES[state]}${why}`
  const note = kill === undefined ? fate : `killed at ${clock(kill.showMs)}`
  const cells = [
    name.padEnd(8),
    `${frames}`.padStart(6),
    `${gaps}`.padStart(4),
    kilobytes(stats?.bytesIn),
    kilobytes(stats?.bytesOut)
  ]
  return `  ${cells.join('  ')}${note === '' ? '' : `  ${note}`}`
}

/** @type {Record<Listener['state'], string>} */
const NOTES = {
  starting: 'never started',
  listening: 'did not hear the end',
  ended: '',
  killed: 'killed',
  left: 'came too late',
  failed: 'failed'
}

/** @param {number} [bytes] */
function kilobytes(bytes = 0) {
  return `${Math.round(bytes / 1000)} kB`.padStart(8)
}

/** @param {Kill} kill */
function recovery({ victim, showMs, fed, below, waiting, recoveryMs, missed, askedAgain }) {
  const inAll = below.size > fed.size ? `, with ${below.size} below it in all` : ''
  const killed = `${victim.name} was killed at ${clock(showMs)}: it fed ${plural(fed.size, 'listener')}${inAll}.`
  if (fed.size === 0) return [killed]
  const again = askedAgain === 0 ? '' : ` (${askedAgain} came when asked for again)`
  const parents =
    waiting.size > 0
      ? `${waiting.size} of them found no new parents`
      : `All of them had new parents within ${seconds(recoveryMs)}`
  return [killed, `${parents}; ${plural(missed, 'packet')} missed${again}.`]
}

/** @param {Story} story */
function verdict(story) {
  if (story.heardEverything) {
    // What a page misses is no failure of the show's: its tab may sleep.
    const who = story.pages.length > 0 ? 'Every process' : 'Everybody'
    const others = story.kills.length > 0 ? ' else' : ''
    return `${who}${others} heard everything, from when they came to the end.`
  }
  const short = story.processes.filter(
    ({ state, gaps }) => state !== 'killed' && (state !== 'ended' || gaps > 0)
  )
  return `Not everybody heard everything to the end: ${short.map(({ name }) => name).join(', ') || 'nobody came'}.`
}
