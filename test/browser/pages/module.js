// For tests that call treecast by `page.evaluate`: the browser entry as `window.treecast`.
import * as treecast from '/treecast/index.js'

Object.assign(window, { treecast })
