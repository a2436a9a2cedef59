/**
 * A live show on one machine: a tracker, a broadcast, a dozen listeners that feed each other, a picture of it in the
 * terminal, and a page that draws it and plays it, and so becomes one more relay. `npm start` builds treecast and runs
 * this; `npm start -- --help` tells what can be said.
 */

import process from 'node:process'
import { HELP, parseOptions, UsageError } from './options.js'
import { picture } from './picture.js'
import { progressLine, summary } from './report.js'
import { openStage } from './server.js'
import { Show } from './show.js'
import { hasTerminal, Terminal } from './terminal.js'

/** Often enough for a clock, seldom enough to be calm. */
const DRAW_MS = 200
const PROGRESS_MS = 2_000

/**
 * Shows the picture while the show plays.
 *
 * @param {Show} show
 * @returns {() => void} ends it
 */
function draw(show) {
  const redraw = () => {
    const { width, height } = terminal.size
    terminal.draw(picture(show.story, { width, height, colours: terminal.colours, now: Date.now() }))
  }
  const terminal = new Terminal((key) => {
    if (key === 'k') show.killBusiest()
    else if (key === 'a') show.add({ isExtra: true })
    else if (key === 'q' || key === 'ctrl-c') show.quit()
    redraw()
  }, redraw)
  terminal.open()
  redraw()
  const timer = setInterval(redraw, DRAW_MS)
  return () => {
    clearInterval(timer)
    terminal.close()
  }
}

/**
 * Says in lines how the show goes.
 *
 * @param {Show} show
 * @returns {() => void} ends it
 */
function tell(show) {
  const { address } = show.story
  if (address !== '') console.log(`hear it and see it in a browser: ${address}`)
  const timer = setInterval(() => console.log(progressLine(show.story, Date.now())), PROGRESS_MS)
  show.story.onNews = ({ text, tone }) => {
    if (tone !== 'plain') console.log(`      ${text}`)
  }
  return () => clearInterval(timer)
}

async function main() {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) {
    console.log(HELP)
    return 0
  }
  const show = new Show(options)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => show.quit())
  const stage = options.port === undefined ? undefined : await openStage(show, options.port)
  if (stage !== undefined) {
    show.story.address = stage.address
    show.isWatched = () => stage.isWatched
  }
  const leave = !options.plain && hasTerminal() ? draw(show) : tell(show)
  try {
    await show.play()
  } finally {
    leave()
    await stage?.close()
  }
  console.log(summary(show.story, Date.now()).join('\n'))
  const wasKilled = !options.kill || show.story.kills.length > 0 || show.story.wasCutShort
  if (!wasKilled)
    console.log('Nobody was killed: until the end not everybody had come. Try with more --seconds.')
  return show.story.heardEverything && wasKilled ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(
    error instanceof UsageError ? `${error.message} (--help tells what can be said)` : message(error)
  )
  // With whatever still runs.
  process.exit(error instanceof UsageError ? 2 : 1)
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message : String(error)
}
