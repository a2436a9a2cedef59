/** The child processes: each is the `treecast` command, and tells what happens as one JSON object a line. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Enough for a crash of Node.js: where, what, and the stack. */
const KEPT_LINES = 40

/** @typedef {{ event: string } & Record<string, any>} Event one line of `--json` */

/**
 * @typedef {object} Exit
 * @property {number | null} code
 * @property {string} reason what it said last, or how it ended
 */

/** One `treecast` process. */
export class Child {
  #process
  /** @type {string[]} What it said last to people. */
  #said = []
  /** Whether it was us who ended it. */
  stopped = false
  running = true
  /** @type {Promise<Exit>} Settles when it has ended and everything that it said has been handed on. */
  exited

  /**
   * @param {string[]} args
   * @param {(event: Event) => void} onEvent
   */
  constructor(args, onEvent) {
    this.#process = spawn(process.execPath, [CLI, ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: the terminal's Ctrl-C reaches us alone, and we end the others in good order.
      detached: process.platform !== 'win32'
    })
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const event = parse(line)
      if (event !== undefined) onEvent(event)
    })
    createInterface({ input: this.#process.stderr }).on('line', (line) => {
      this.#said = [...this.#said.slice(1 - KEPT_LINES), line]
    })
    this.exited = new Promise((resolve) => {
      /** @param {number | null} code @param {string} reason */
      const settle = (code, reason) => {
        this.running = false
        resolve({ code, reason })
      }
      this.#process.on('error', (error) => settle(null, error.message))
      this.#process.on('close', (code, signal) =>
        settle(code, lastWords(this.#said) ?? `ended with ${signal ?? code}`)
      )
    })
  }

  get pid() {
    return this.#process.pid
  }

  /** Asks it to end in good order. */
  stop() {
    if (this.stopped || !this.running) return
    this.stopped = true
    this.#process.kill('SIGTERM')
  }

  /** Ends it at once, without a word to anybody. */
  kill() {
    if (this.running) this.#process.kill('SIGKILL')
  }
}

/** All that we have started, so that none is left behind. */
export class Processes {
  /** @type {Child[]} */
  #children = []

  constructor() {
    if (!existsSync(CLI)) throw new Error('treecast is not built yet: npm run build (npm start does both)')
    // Whatever ends us, an error of our own included.
    process.once('exit', () => this.killAll())
  }

  /**
   * @param {string[]} args
   * @param {(event: Event) => void} onEvent
   */
  start(args, onEvent) {
    const child = new Child(args, onEvent)
    this.#children.push(child)
    return child
  }

  killAll() {
    for (const child of this.#children) child.kill()
  }
}

/**
 * Waits for processes to end: first for themselves, then asked to, then made to.
 *
 * @param {Child[]} children
 * @param {{ patienceMs: number, farewellMs: number }} times how long for either
 */
export async function ended(children, { patienceMs, farewellMs }) {
  const all = Promise.all(children.map((child) => child.exited))
  if (await within(all, patienceMs)) return
  for (const child of children) child.stop()
  if (await within(all, farewellMs)) return
  for (const child of children) child.kill()
  await all
}

/**
 * @param {Promise<unknown>} promise
 * @param {number} ms
 * @returns {Promise<boolean>} whether it settled in time
 */
async function within(promise, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer
  /** @type {Promise<boolean>} */
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const intime = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return intime
}

/**
 * What a process died of: the command's own word, or the error that ended Node.js and where, or just its last line.
 *
 * @param {readonly string[]} said
 */
function lastWords(said) {
  const own = said.findLast((line) => line.startsWith('treecast: '))
  if (own !== undefined) return own.replace('treecast: ', '')
  const crash = said.findLastIndex((line) => /^(Uncaught )?\w*Error\b/.test(line))
  const place = said.slice(crash).find((line) => /^\s+at /.test(line) && !line.includes('node:internal'))
  return crash === -1 ? said.at(-1) : `${said[crash]}${place === undefined ? '' : ` ${place.trim()}`}`
}

/**
 * @param {string} line
 * @returns {Event | undefined}
 */
function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    // A process that is killed may leave half a line.
    return undefined
  }
}
