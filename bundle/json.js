/** JSON files as modules, so that no runtime has to know how to import them. */
export const json = {
  name: 'json',
  /**
   * @param {string} code
   * @param {string} id
   */
  transform: (code, id) => (id.endsWith('.json') ? { code: `export default ${code}`, map: null } : null)
}
