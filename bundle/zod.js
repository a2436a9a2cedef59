/**
 * zod for treecast alone. As it comes it shares its settings and its registry with every other zod by globals, and makes code of texts
 * where it may, which a strict content security policy refuses and reports.
 */

/** @type {Record<string, readonly [RegExp, string]>} For each of its files what is written there, and what instead. */
const PARTS = {
  core: [
    /^\(_a = globalThis\)\.__zod_globalConfig .*\n.*globalThis\.__zod_globalConfig;$/m,
    'export const globalConfig = { jitless: true };'
  ],
  registries: [
    /^\(_a = globalThis\)\.__zod_globalRegistry .*\n.*globalThis\.__zod_globalRegistry;$/m,
    'export const globalRegistry = registry();'
  ],
  util: [/^export const allowsEval = .*\n[^]*?^}\);$/m, 'export const allowsEval = { value: false };'],
  doc: [/^ {8}const F = Function;\n[^]*?^ {4}}$/m, '        throw new Error("makes no code");\n    }']
}

export const privateZod = {
  name: 'private-zod',
  /**
   * @this {import('rollup').TransformPluginContext}
   * @param {string} code
   * @param {string} id
   */
  transform(code, id) {
    const name = /\/zod\/v4\/core\/(\w+)\.js$/.exec(id)?.[1] ?? ''
    if (!Object.hasOwn(PARTS, name)) return null
    const [pattern, instead] = PARTS[name]
    if (!pattern.test(code)) this.error(`zod's ${name}.js is written in another way: see bundle/zod.js`)
    const lines = (/** @type {string} */ text) => text.split('\n').length
    // As many lines as before: the source map stays true.
    const replaced = code.replace(
      pattern,
      (text) => instead + '\n'.repeat(Math.max(0, lines(text) - lines(instead)))
    )
    return { code: replaced, map: null }
  }
}
