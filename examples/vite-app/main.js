/**
 * An app that Vite builds, with treecast from npm's point of view: `import 'treecast/player'` and no configuration. This file
 * runs a tracker, a broadcast, and Vite's server for development, which loads the page again when its files change.
 *
 *     node examples/vite-app/main.js
 */

import { showWithPage } from '../stage/show.js'
import { serve } from './server.js'

await showWithPage('examples/vite-app/main.js', serve)
