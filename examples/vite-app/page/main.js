/** The app: a player for the show that it was built for, a picture of its sound, and who feeds whom. */

import { formatLink, parseLink } from 'treecast'
import 'treecast/player'
import { soundOn } from './sound.js'
import './style.css'

/** @param {string} selector @returns {any} */
const find = (selector) => document.querySelector(selector)

/** @type {import('treecast/player').TreecastPlayer} */
const player = find('treecast-player')

try {
  // Vite puts in what stands in the environment, or in a file `.env`.
  player.src = formatLink(parseLink(import.meta.env.VITE_TREECAST_LINK ?? ''))
} catch (error) {
  find('#notice').textContent = `VITE_TREECAST_LINK: ${error.message}`
}

const draw = soundOn(find('#sound'))
player.addEventListener('playing', () => draw(player.listener.audioNode))

player.addEventListener('stats', ({ detail: stats }) => {
  find('#parents').textContent = stats.parents
  find('#children').textContent = stats.children
  const all = stats.bytesFromOrigin + stats.bytesFromPeers
  find('#share').textContent = all === 0 ? '–' : `${Math.round((stats.bytesFromPeers / all) * 100)} %`
})
