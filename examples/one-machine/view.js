/**
 * What a page is told of the show: the story as plain values, with a short key for everybody in place of their ids. A
 * view holds all that there is to draw, so that a page which missed some misses nothing.
 */

/** Who was killed stays in sight for so long, so that one sees whose place is empty; ms. */
const GHOST_MS = 5_000

/** As many as a page has room for. */
const NEWS = 30

export const ORIGIN = 'origin'

/** @typedef {import('./story.js').Listener} Listener */
/** @typedef {import('./story.js').Story} Story */

/**
 * @typedef {object} PeerView
 * @property {string} key
 * @property {string} name
 * @property {string} mark
 * @property {boolean} isPage
 * @property {Listener['state']} state
 * @property {string} reason why it failed
 * @property {(string | null)[]} feeds for each stripe the key of who feeds it, `origin` included; null for nobody known
 * @property {(string | null)[]} ways for each stripe by what it comes, such as `webrtc`; null where that is not told
 * @property {number | null} depth steps from the origin, by the longest way of any stripe; null while nothing comes
 * @property {number} fed how many it feeds
 * @property {number} stripes how many stripes it sends, counted once for each that it feeds
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} lost packets
 * @property {number} flow what came in the last second, over what the origin made: 1 is as it should be
 */

/**
 * @typedef {object} View
 * @property {string} title
 * @property {string} link
 * @property {'soon' | 'live' | 'over'} state
 * @property {number} showMs how far the show is
 * @property {number} durationMs
 * @property {number} speed how many times faster than its audio the show is played
 * @property {number} copies that the origin has uploaded
 * @property {number} listeners that hear the show
 * @property {number} depth
 * @property {number} lost packets that never came, all listeners together
 * @property {boolean} isFull whether no listener can be added
 * @property {string | null} busiest the key of the relay that feeds most; null while nobody feeds anybody
 * @property {PeerView[]} peers
 * @property {{ number: number, showMs: number, text: string, tone: import('./story.js').Tone }[]} news the latest last
 */

/**
 * @param {Story} story
 * @param {number} now
 * @returns {View}
 */
export function viewOf(story, now) {
  const { origin, busiest, told } = story
  const shown = story.listeners.filter(({ state, goneAt }) => {
    if (state === 'left') return false
    return goneAt === Infinity || now - goneAt < GHOST_MS
  })
  return {
    title: story.title,
    link: story.link,
    state: story.isOver ? 'over' : origin.packets > 0 ? 'live' : 'soon',
    showMs: Math.round(story.showMs(now)),
    durationMs: Math.round(story.durationMs),
    speed: story.speed,
    copies: story.copies,
    listeners: story.audience.filter(({ state }) => state !== 'starting').length,
    depth: story.depth,
    lost: story.lost,
    isFull: story.isFull,
    busiest: busiest === undefined ? null : keyOf(busiest),
    peers: shown.map((listener) => peerView(story, listener)),
    news: story.news
      .slice(-NEWS)
      .map((news, index, { length }) => ({ number: told - length + index, ...news }))
  }
}

/** @param {Listener | 'origin'} who */
export function keyOf(who) {
  return who === 'origin' ? ORIGIN : `${who.number}`
}

/**
 * @param {Story} story
 * @param {Listener} listener
 * @returns {PeerView}
 */
function peerView(story, listener) {
  const { name, mark, isPage, state, reason, stats, gaps, flow } = listener
  const feeds = stats?.feeds ?? []
  const ways = new Map(stats?.neighbours?.map(({ id, transport }) => [id, transport]))
  return {
    key: keyOf(listener),
    name,
    mark,
    isPage,
    state,
    reason,
    feeds: feeds.map((id) => {
      const who = story.whoIs(id)
      return who === undefined ? null : keyOf(who)
    }),
    ways: feeds.map((id) => ways.get(id ?? '') ?? null),
    depth: story.depthOf(listener) ?? null,
    fed: story.childrenOf(listener).length,
    stripes: story.stripesOf(listener),
    bytesIn: stats?.bytesIn ?? 0,
    bytesOut: stats?.bytesOut ?? 0,
    lost: gaps,
    flow: flow.at(-1) ?? 0
  }
}
