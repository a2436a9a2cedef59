// The classic script's entry: everything of the browser entry as `window.treecast`, and the player element, which registers itself.
import * as treecast from '../dist/browser/index.js'
import * as player from '../dist/browser/player.js'

window.treecast = { ...treecast, ...player }
