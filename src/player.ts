/**
 * treecast/player: the element `<treecast-player>`, defined where there is a document. Importing it on a server, or twice,
 * does no harm.
 *
 * @packageDocumentation
 */

import { TreecastPlayer } from './player/player-element.js'

export { TreecastPlayer, type TreecastPlayerEvents } from './player/player-element.js'

declare global {
  interface HTMLElementTagNameMap {
    'treecast-player': TreecastPlayer
  }
}

if (typeof customElements !== 'undefined' && customElements.get('treecast-player') === undefined) {
  customElements.define('treecast-player', TreecastPlayer)
}
