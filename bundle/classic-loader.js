/*
 * How the classic script and its lazy parts find each other. A script that is no module imports nothing at once, and a
 * part that came as a module would bring a second treecast with it. So rollup writes each part as a call of the
 * function here, and a part is fetched, by its URL beside the script, by whoever needs it first.
 */
;(() => {
  const url = document.currentScript.src
  /** @type {Record<string, object | Promise<object>>} What each part exports. */
  const parts = {}

  /** @param {string} path A part, or a module of others that knows nothing of parts. */
  async function load(path) {
    const id = path.replace(/^\.\/|\.js$/g, '')
    if (id in parts) return parts[id]
    const module = await import(new URL(`${id}.js`, url).href)
    return parts[id] ?? module
  }

  /**
   * @param {string} id
   * @param {string[]} needs
   * @param {(...values: unknown[]) => void} make
   */
  function part(id, needs, make) {
    const exports = {}
    const run = (/** @type {unknown[]} */ values) => {
      make(...values)
      return exports
    }
    // AMD's own `module` and `require` are asked for, and not used.
    const values = needs.map((need) =>
      need === 'exports' ? exports : need.startsWith('.') ? load(need) : undefined
    )
    // The script itself needs no other, and is there at once.
    parts[id] = needs.some((need) => need.startsWith('.')) ? Promise.all(values).then(run) : run(values)
  }

  self[Symbol.for('treecast')] = Object.assign(part, { parts, load, url })
})()
