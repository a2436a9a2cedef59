/** The tree in words: for those who do not see it, and for everybody who points at a listener. */

import { ORIGIN } from './layout.js'

/** @typedef {import('../view.js').View} View */
/** @typedef {import('../view.js').PeerView} PeerView */

/** @type {Record<string, string>} */
const WAYS = {
  webrtc: 'WebRTC',
  'libp2p-tcp': 'TCP',
  'libp2p-ws': 'WebSocket',
  websocket: 'WebSocket'
}

/**
 * The whole of it.
 *
 * @param {View} view
 */
export function inShort({ state, listeners, depth, copies, lost }) {
  if (state === 'soon') return 'The show is about to begin.'
  if (state === 'over') return `The show is over; ${plural(listeners, 'listener')} heard it.`
  if (listeners === 0) return 'Nobody hears the show yet.'
  const hear = listeners === 1 ? 'One listener hears' : `${listeners} listeners hear`
  const missing = lost === 0 ? 'nothing is lost' : `${plural(lost, 'packet')} lost`
  return `${hear} the show, ${plural(depth, 'step')} deep; the origin uploads ${copies.toFixed(2)} copies; ${missing}.`
}

/**
 * One peer, in sentences.
 *
 * @param {View} view
 * @param {string} key
 * @param {string | null} own the key of this page, where it plays
 * @returns {{ name: string, state: string, above: string, below: string, traffic: string } | undefined}
 */
export function peerInWords(view, key, own) {
  const stripes = Math.max(0, ...view.peers.map(({ feeds }) => feeds.length))
  const name = nameOf(view, key, own)
  const below = feedsInWords(view, key, own, stripes)
  if (key === ORIGIN) {
    const copies = view.state === 'soon' ? '' : `Has uploaded ${view.copies.toFixed(2)} copies of the show.`
    return { name, state: 'where the show comes from', above: '', below, traffic: copies }
  }
  const peer = view.peers.find((other) => other.key === key)
  if (peer === undefined) return undefined
  const { bytesIn, bytesOut, lost } = peer
  const traffic =
    bytesIn === 0
      ? ''
      : `${bytes(bytesIn)} in, ${bytes(bytesOut)} out; ${lost === 0 ? 'nothing' : plural(lost, 'packet')} lost.`
  return {
    name,
    state: stateOf(peer, view.busiest === key),
    above: fedByInWords(view, peer, own, stripes),
    below,
    traffic
  }
}

/**
 * @param {View} view
 * @param {string} key
 * @param {string | null} own
 */
export function nameOf(view, key, own) {
  if (key === ORIGIN) return 'Origin'
  if (key === own) return 'This page'
  return upperFirst(view.peers.find((peer) => peer.key === key)?.name ?? 'Somebody')
}

/**
 * @param {PeerView} peer
 * @param {boolean} isBusiest
 */
function stateOf({ state, depth, reason, isPage }, isBusiest) {
  switch (state) {
    case 'starting':
      return 'is starting'
    case 'killed':
      return 'killed'
    case 'failed':
      return reason === '' ? 'failed' : `failed: ${reason}`
    case 'left':
      return 'has left'
    case 'ended':
      return 'heard the show to its end'
    case 'listening': {
      const where = depth === null ? 'looking for parents' : `${plural(depth, 'step')} from the origin`
      return `${isPage ? 'a page, ' : ''}${where}${isBusiest ? ', the busiest relay' : ''}`
    }
  }
}

/**
 * @param {View} view
 * @param {PeerView} peer
 * @param {string | null} own
 * @param {number} stripes of the show
 */
function fedByInWords(view, { feeds, ways, state }, own, stripes) {
  if (feeds.length === 0) return ''
  const parents = [...new Set(feeds.filter((feed) => feed !== null))]
  if (parents.length === 0) return 'Fed by nobody now.'
  const byWay = parents.map((parent) => WAYS[ways[feeds.indexOf(parent)] ?? ''])
  const isSame = new Set(byWay).size === 1
  const told = parents.map((parent, index) => {
    const which = feeds.flatMap((feed, stripe) => (feed === parent ? [stripe] : []))
    const way = isSame ? '' : by(byWay[index])
    return `${inSentence(nameOf(view, parent, own))} (${stripesInWords(which, stripes)}${way})`
  })
  const all = isSame && byWay[0] !== undefined ? `${parents.length > 1 ? ', all' : ''}${by(byWay[0])}` : ''
  const missing = feeds.includes(null) && state === 'listening' ? ' Looks for a parent for the others.' : ''
  return `Fed by ${list(told)}${all}.${missing}`
}

/** @param {string | undefined} way */
function by(way) {
  return way === undefined ? '' : ` by ${way}`
}

/**
 * @param {View} view
 * @param {string} key
 * @param {string | null} own
 * @param {number} stripes
 */
function feedsInWords(view, key, own, stripes) {
  const told = view.peers.flatMap((peer) => {
    if (peer.state === 'killed' || peer.state === 'failed') return []
    const which = peer.feeds.flatMap((feed, stripe) => (feed === key ? [stripe] : []))
    if (which.length === 0) return []
    return [`${inSentence(nameOf(view, peer.key, own))} (${stripesInWords(which, stripes)})`]
  })
  return told.length === 0 ? '' : `Feeds ${list(told)}.`
}

/**
 * @param {readonly number[]} which
 * @param {number} of how many there are
 */
function stripesInWords(which, of) {
  if (which.length === of && of > 1) return 'all stripes'
  return `${which.length === 1 ? 'stripe' : 'stripes'} ${list(which.map((stripe) => `${stripe + 1}`))}`
}

/** @param {string} name */
function inSentence(name) {
  if (name === 'Origin') return 'the origin'
  return /^(This page|Page \d+|Somebody)$/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name
}

/**
 * "62 s" as "1:02".
 *
 * @param {number} ms
 */
export function clock(ms) {
  const whole = Math.round(ms / 1000)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** @param {number} count */
function bytes(count) {
  return count >= 999_500 ? `${(count / 1e6).toFixed(1)} MB` : `${Math.round(count / 1000)} kB`
}

/** @param {readonly string[]} names */
function list(names) {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** @param {string} text */
function upperFirst(text) {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
