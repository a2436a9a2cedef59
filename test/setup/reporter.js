/** Mocha's dots, and at the end where the time went: the whole is meant to stay under a quarter of an hour. */

import { relative } from 'node:path'
import Mocha from 'mocha'

/** How many files are named. */
const NAMED = 8

export default class DotsAndTime extends Mocha.reporters.Dot {
  /**
   * @param {Mocha.Runner} runner
   * @param {Mocha.MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options)
    /** Seconds of each file, its hooks included. @type {Map<string, number>} */
    const spent = new Map()
    const add = (/** @type {Mocha.Runnable} */ { file, duration }) => {
      if (file !== undefined) spent.set(file, (spent.get(file) ?? 0) + (duration ?? 0) / 1000)
    }
    runner.on(Mocha.Runner.constants.EVENT_TEST_END, add)
    runner.on(Mocha.Runner.constants.EVENT_HOOK_END, add)
    runner.on(Mocha.Runner.constants.EVENT_TEST_RETRY, (test, error) =>
      console.log(`\n      once more: ${test.fullTitle()}: ${error.message}`)
    )
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const longest = [...spent].sort(([, a], [, b]) => b - a).slice(0, NAMED)
      const total = [...spent.values()].reduce((sum, s) => sum + s, 0)
      console.log(`  The longest of ${total.toFixed(0)} s:`)
      for (const [file, s] of longest) console.log(`${s.toFixed(0).padStart(6)} s  ${relative('.', file)}`)
      console.log()
    })
  }
}
