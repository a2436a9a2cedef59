/** The page of the show: joins what the show's process tells, the tree, the player, and the buttons. */

import { Connection } from './connection.js'
import { ORIGIN } from './layout.js'
import { find, html, say } from './markup.js'
import { Panel } from './panel.js'
import { Tree } from './tree.js'
import { peerInWords } from './words.js'

/** @typedef {import('../view.js').View} View */
/** @typedef {{ neighbours: { id: string, transport: string }[] }} Stats what the player tells, of which most is handed on */

/** The tree in words is for reading: it changes seldom enough for that; ms. */
const WORDS_MS = 2_000

const panel = new Panel()
const player = find('treecast-player', HTMLElement)
const notice = find('#notice', HTMLElement)
const words = find('#words', HTMLElement)

const HINT =
  'Point at a listener to see by which ways its packets come, and whom it feeds. The gold ring marks the relay that feeds most. Dots are packets, in slow motion.'

/** @type {View | undefined} */
let view
/** @type {string | null} The key of this page, once it has played. */
let own = null
/** @type {string | null} */
let looked = null
let wordsAt = -Infinity

const tree = new Tree(find('#stage', HTMLElement), (key) => {
  looked = key
  tellLooked()
})

const connection = new Connection(find('meta[name=token]', HTMLMetaElement).content, {
  view(told) {
    view = told
    panel.show(told)
    tree.show(told, own)
    tellLooked()
    tellOwn(told)
    tellWords(told)
    if (told.link !== '' && player.getAttribute('src') !== told.link) player.setAttribute('src', told.link)
    if (told.state === 'over') {
      note('The show is over. Start another with npm start, and open the address that it prints.')
    }
  },
  own(key) {
    own = key
  },
  lost(isLost) {
    note(isLost ? 'The show’s process is out of reach: it has ended, or sleeps. Trying again…' : '')
  }
})

player.addEventListener('stats', (event) => {
  const { neighbours, ...stats } = /** @type {CustomEvent<Stats>} */ (event).detail
  connection.report({ ...stats, neighbours: neighbours.map(({ id, transport }) => ({ id, transport })) })
})
player.addEventListener('emptied', () => connection.report(null))

for (const button of /** @type {const} */ (['kill', 'add'])) {
  find(`#${button}`, HTMLButtonElement).addEventListener('click', async () => {
    const problem = await connection.press(button)
    if (problem !== '') say(find('#told', HTMLElement), `That did not work: ${problem}.`)
  })
}

find('#stripes', HTMLFieldSetElement).addEventListener('change', ({ target }) => {
  const { value } = /** @type {HTMLInputElement} */ (target)
  tree.only(value === 'all' ? null : Number(value))
})

connection.open()

/** @param {string} text */
function note(text) {
  say(notice, text)
  notice.hidden = text === ''
}

/**
 * How this page stands, in words.
 *
 * @param {View} told
 */
function tellOwn(told) {
  const peer = told.peers.find(({ key }) => key === own)
  const about = own === null || peer?.state !== 'listening' ? undefined : peerInWords(told, own, own)
  say(
    find('#own', HTMLElement),
    told.state === 'over'
      ? 'The show is over.'
      : about === undefined
        ? 'Press play, and this page becomes one more relay: look for it in the tree.'
        : `You are in the tree, as ${peer?.name}. ${about.above} ${about.below}`
  )
}

/** Who is pointed at, in words. */
function tellLooked() {
  const card = find('#looked', HTMLElement)
  const told = view === undefined || looked === null ? undefined : peerInWords(view, looked, own)
  card.classList.toggle('is-empty', told === undefined)
  say(find('#looked-name', HTMLElement), told?.name ?? '')
  say(find('#looked-state', HTMLElement), told?.state ?? '')
  say(
    find('#looked-ways', HTMLElement),
    told === undefined ? HINT : [told.above, told.below, told.traffic].filter((text) => text !== '').join(' ')
  )
}

/** @param {View} told */
function tellWords(told) {
  const now = performance.now()
  if (now - wordsAt < WORDS_MS && told.state !== 'over') return
  wordsAt = now
  const lines = [ORIGIN, ...told.peers.map(({ key }) => key)].flatMap((key) => {
    const about = peerInWords(told, key, own)
    return about === undefined
      ? []
      : [{ ...about, rest: [about.above, about.below].filter((text) => text !== '') }]
  })
  // Only what has changed is touched, so that who reads is not thrown out.
  while (words.childElementCount > lines.length) words.lastElementChild?.remove()
  for (const [index, { name, state, rest }] of lines.entries()) {
    const item = words.children[index] ?? words.appendChild(html('li', {}, html('b'), html('span')))
    const [title, text] = item.children
    if (title !== undefined) say(title, name)
    if (text !== undefined) say(text, ` ${[state, ...rest].join('. ').replaceAll('..', '.')}`)
  }
}
