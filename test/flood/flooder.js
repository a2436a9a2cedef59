// A flooder, for tests of what bears it: node flooder.js KIND HOST:PORT SECONDS PER_SECOND [HEX]
// From a thousand addresses of loopback, each a network of its own. Bounded in count and time: it ends by itself, or with its parent.
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import process from 'node:process'

const ADDRESSES = 1_000
const MAX_OPEN = 4_000
const MAX_SECONDS = 120
const TICK_MS = 20

const [kind = '', target = '', seconds = '', perSecond = '', hex = ''] = process.argv.slice(2)
const [host = '', port = ''] = target.split(':')
if (!host.startsWith('127.')) throw new Error(`only loopback is flooded, not ${host}`)

const UPGRADE = Buffer.from(
  `GET / HTTP/1.1\r\nHost: ${target}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
)
const GARBAGE = randomBytes(64 * 1024)
const GIANT = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0])
const FRAGMENTS = Buffer.concat([
  Buffer.from([0x02, 0x81, 0, 0, 0, 0, 7]),
  ...Array.from({ length: 5_000 }, () => Buffer.from([0x00, 0x81, 0, 0, 0, 0, 7]))
])

/**
 * A WebSocket frame with a mask of zeros, for what is shorter than 64 KiB.
 * @param {Buffer} body
 */
function frame(body) {
  const head = Buffer.from([0x82, 0xfe, body.length >> 8, body.length & 0xff, 0, 0, 0, 0])
  return Buffer.concat([head, body])
}

/** A JOIN that was given, with another id each time. */
function join() {
  const body = Buffer.from(hex, 'hex')
  randomBytes(32).copy(body, 5)
  return frame(body)
}

/** @typedef {(socket: import('node:net').Socket) => void} Act */

/** @type {Readonly<Record<string, Act>>} What a connection does once it is there. */
const ACTS = {
  connections: () => undefined,
  loris: (socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: ')
    const timer = setInterval(() => socket.write('x'), 500)
    socket.once('close', () => clearInterval(timer))
  },
  garbage: (socket) => void socket.write(GARBAGE),
  silence: (socket) => void socket.write(UPGRADE),
  giants: (socket) => upgraded(socket, () => socket.write(Buffer.concat([GIANT, GARBAGE]))),
  fragments: (socket) => upgraded(socket, () => socket.write(FRAGMENTS)),
  joins: (socket) => upgraded(socket, () => socket.write(join()))
}

/** @param {import('node:net').Socket} socket @param {() => void} then */
function upgraded(socket, then) {
  socket.write(UPGRADE)
  socket.once('data', (/** @type {Buffer} */ data) => {
    if (data.toString('latin1').startsWith('HTTP/1.1 101')) then()
  })
}

/** @type {Act} */
const act =
  ACTS[kind] ??
  (() => {
    throw new Error(`no such kind: ${kind}`)
  })()
const endsAt = performance.now() + Math.min(Number(seconds), MAX_SECONDS) * 1000
const counts = { connections: 0, closed: 0, failed: 0, most: 0 }
/** @type {Set<import('node:net').Socket>} */
const open = new Set()

/** @param {number} n */
function attack(n) {
  const localAddress = `127.${10 + (n >> 8)}.${n & 255}.7`
  const socket = connect({ host, port: Number(port), localAddress })
  open.add(socket)
  counts.connections++
  counts.most = Math.max(counts.most, open.size)
  socket.once('connect', () => act(socket))
  socket.on('data', () => undefined)
  socket.on('error', () => counts.failed++)
  socket.once('close', () => {
    counts.closed++
    open.delete(socket)
  })
}

function end() {
  for (const socket of open) socket.destroy()
  process.stdout.write(`${JSON.stringify({ event: 'flooded', kind, ...counts, left: open.size })}\n`, () =>
    process.exit()
  )
}

process.stdin.on('end', () => process.exit()).resume()
const begin = performance.now()
let made = 0
const timer = setInterval(() => {
  const now = performance.now()
  if (now >= endsAt) {
    clearInterval(timer)
    end()
    return
  }
  const due = Math.floor(((now - begin) / 1000) * Number(perSecond))
  for (; made < due; made++) if (open.size < MAX_OPEN) attack(made % ADDRESSES)
}, TICK_MS)
process.stdout.write(`${JSON.stringify({ event: 'flooding' })}\n`)
