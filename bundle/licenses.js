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
      const folders = packagesIn(chunk)
      if (folders.length === 0) continue
      const fileName = chunk.fileName.replace(/\.js$/, '.LICENSE.txt')
      const source = folders.map(notice).join('\n\n---\n\n')
      this.emitFile({ type: 'asset', fileName, source: `${source}\n` })
      // Before the reference to a source map, which is last.
      const line = `/*! Code of others in this file: ${fileName} */\n`
      chunk.code = chunk.code.replace(/\n(\/\/# sourceMappingURL=.*\n)?$/, `\n${line}$1`)
    }
  }
}

/** @param {import('rollup').RenderedChunk} chunk @returns the folders of packages whose code is in it. */
export function packagesIn({ modules }) {
  const used = Object.entries(modules).filter(([, { renderedLength }]) => renderedLength > 0)
  return [...new Set(used.flatMap(([id]) => PACKAGE.exec(id.replace('\0', '')) ?? []))].sort()
}

/** Of many packages, what several have in common once. @param {string[]} folders */
export function sharedNotices(folders) {
  /** @type {Map<string, string[]>} */
  const heads = new Map()
  for (const folder of folders) {
    const { head, texts } = read(folder)
    const text = texts.join('\n\n')
    heads.set(text, [...(heads.get(text) ?? []), head])
  }
  return [...heads].map(([text, all]) => [...all, '', text].join('\n').trim()).join('\n\n---\n\n')
}

/** @param {string} folder */
function notice(folder) {
  const { head, source, texts } = read(folder)
  return [`${head}\n${source}`, ...texts].join('\n\n')
}

/** @param {string} folder */
function read(folder) {
  const { name, version, license, repository, homepage } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8')
  )
  if (typeof license !== 'string') throw new Error(`${name} names no licence: it cannot be bundled`)
  const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim())
  return {
    head: `${name} ${version}, ${license}`,
    source: repository?.url ?? repository ?? homepage ?? '',
    texts
  }
}
