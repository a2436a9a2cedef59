/**
 * Whose code is in a bundle, and under which licence: beside every file with code of others a text of their notices, as
 * their licences ask of copies, and in the file a line that leads there.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

export const licenses = {
  name: 'licenses',
  /**
   * @this {import('rollup').PluginContext}
   * @param {unknown} _
   * @param {import('rollup').OutputBundle} bundle
   */
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue
      const used = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0)
      const folders = new Set(used.flatMap(([id]) => PACKAGE.exec(id.replace('\0', '')) ?? []))
      if (folders.size === 0) continue
      const fileName = chunk.fileName.replace(/\.js$/, '.LICENSE.txt')
      const source = [...folders].sort().map(notice).join('\n\n---\n\n')
      this.emitFile({ type: 'asset', fileName, source: `${source}\n` })
      // Before the reference to a source map, which is last.
      const line = `/*! Code of others in this file: ${fileName} */\n`
      chunk.code = chunk.code.replace(/\n(\/\/# sourceMappingURL=.*\n)?$/, `\n${line}$1`)
    }
  }
}

/** @param {string} folder */
function notice(folder) {
  const { name, version, license, repository, homepage } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8')
  )
  if (typeof license !== 'string') throw new Error(`${name} names no licence: it cannot be bundled`)
  const texts = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))
  const source = repository?.url ?? repository ?? homepage ?? ''
  const head = `${name} ${version}, ${license}\n${source}`
  return [head, ...texts.map((file) => readFileSync(join(folder, file), 'utf8').trim())].join('\n\n')
}
