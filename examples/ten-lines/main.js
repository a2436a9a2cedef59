/**
 * Listening in ten lines: joins the broadcast of a link, passes it on to others, and writes it to a file.
 *
 *     node examples/ten-lines/main.js 'treecast:…' heard.opus
 */

import process from 'node:process'
import { listen, openSink, writeFrames } from 'treecast/node'

const [link, file = 'heard.opus'] = process.argv.slice(2)
if (link === undefined) throw new Error('which link? node examples/ten-lines/main.js treecast:… [FILE]')

const sink = await openSink(file, { serial: 1 })
const listener = await listen(link)
listener.on('playing', ({ startupMs }) => console.log(`playing after ${startupMs} ms`))
await writeFrames(listener.frames(), sink)
const { frames, gaps } = await listener.ended
console.log(`${frames} frames in ${file}, ${gaps} packets lost`)
