/** What the page's server hands out: the page's own files, and the built library beside them under `/treecast/`. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'

const PAGE = new URL('page/', import.meta.url)
const LIBRARY = new URL('../../dist/browser/', import.meta.url)
const LIBRARY_PATH = '/treecast/'

/** @type {Readonly<Record<string, string>>} What is not named here is not handed out. */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.map': 'application/json'
}

export class Files {
  /** @type {Map<string, URL>} By the path under which they are asked for; nothing else is ever read. */
  #files = new Map()

  constructor() {
    this.#offer('/', PAGE)
    // Without it the page says that the player is missing, and still draws the tree.
    if (existsSync(LIBRARY)) this.#offer(LIBRARY_PATH, LIBRARY)
    this.#files.set('/', new URL('index.html', PAGE))
  }

  /**
   * @param {string} path
   * @param {Readonly<Record<string, string>>} words that stand in the page as `{{name}}`
   * @returns {{ type: string, body: string | Buffer } | undefined} undefined where there is no such file
   */
  read(path, words) {
    const file = this.#files.get(path)
    if (file === undefined) return undefined
    const extension = extname(file.pathname)
    const type = TYPES[extension] ?? ''
    const body = readFileSync(file)
    if (extension !== '.html') return { type, body }
    return { type, body: body.toString().replace(/\{\{(\w+)\}\}/g, (_, word) => words[word] ?? '') }
  }

  /**
   * @param {string} path
   * @param {URL} directory
   */
  #offer(path, directory) {
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      const within = name.replaceAll('\\', '/')
      if (extname(within) in TYPES) this.#files.set(path + within, new URL(within, directory))
    }
  }
}
