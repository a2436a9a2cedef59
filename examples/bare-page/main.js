/**
 * A bare page that plays a live show by one tag: no build, no framework. This file runs all that such a page needs
 * somewhere in the world: a tracker, a broadcast, and a static host.
 *
 *     node examples/bare-page/main.js
 */

import { showWithPage } from '../stage/show.js'
import { serve } from '../stage/static-host.js'

const PAGE = new URL('page/', import.meta.url)

await showWithPage('examples/bare-page/main.js', (port, link) => serve(PAGE, port, { link }))
