/**
 * Runs the scripts of this folder: happenings, and behind `----` what must follow from them. A blank line parts one
 * step from the next; # begins a comment. UPDATE_GOLDEN=1 writes what does follow. See script.ts for the words.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { play } from './script.js'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

describe('scenario', () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))) {
    it(file.replace('.txt', ''), () => {
      const golden = readFileSync(`${FOLDER}${file}`, 'utf8')
      const actual = play(golden)
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(`${FOLDER}${file}`, actual)
      else expect(actual).to.equal(golden)
    })
  }
})
