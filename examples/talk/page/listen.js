/** The listener's page: `listen.html#treecast:…` plays that talk. */

import { parseLink } from '/treecast/index.js'

/** @param {string} selector @returns {any} */
const find = (selector) => document.querySelector(selector)

const player = find('treecast-player')
const ask = find('#ask')

function show() {
  const link = decodeURIComponent(location.hash.slice(1))
  const problem = link === '' ? '' : problemOf(link)
  const isGood = link !== '' && problem === ''
  ask.hidden = isGood
  player.hidden = !isGood
  if (isGood) player.src = link
  else player.removeAttribute('src')
  find('#notice').textContent = problem
  find('#lead').hidden = !isGood
}

/** @param {string} link */
function problemOf(link) {
  try {
    parseLink(link)
    return ''
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return text.charAt(0).toUpperCase() + text.slice(1)
  }
}

ask.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
  event.preventDefault()
  const text = find('#link').value.trim()
  // This page's own address will do as well.
  const link = text.includes('#') ? text.slice(text.indexOf('#') + 1) : text
  if (location.hash.slice(1) === link) show()
  else location.hash = link
})
addEventListener('hashchange', show)
show()
