/** The speaker's page: microphone → Opus → a broadcast of its own. */

import { broadcast, identityFromSeed, mediaStreamSource, TreecastError } from '/treecast/index.js'
import { Meter } from './meter.js'

/** @param {string} id @returns {any} */
const find = (id) => document.getElementById(id)

/** What browsers call it, and what to do. */
const REFUSALS = /** @type {Readonly<Record<string, string>>} */ ({
  NotAllowedError: 'The microphone was refused. Allow it beside the address, and try again.',
  NotFoundError: 'There is no microphone. Plug one in, and try again.',
  NotReadableError: 'Another program holds the microphone. Close it, and try again.'
})

const ADVICE = {
  '': '',
  silent: 'Nothing is heard. Is the microphone muted, or the wrong one?',
  loud: 'That is very loud. Step back a little from the microphone.'
}

const tracker = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=tracker]')).content
const meter = new Meter(find('meter'), (advice) => {
  const text = isMuted() ? '' : ADVICE[advice]
  if (find('advice').textContent !== text) find('advice').textContent = text
})

/** @type {MediaStream | undefined} */
let microphone
/** @type {Awaited<ReturnType<typeof broadcast>> | undefined} */
let show

/** The link is made of the key: who keeps it, even when the page is loaded again, keeps the link. */
function keys() {
  const stored = sessionStorage.getItem('key')
  const seed = stored ? Uint8Array.from(JSON.parse(stored)) : crypto.getRandomValues(new Uint8Array(32))
  sessionStorage.setItem('key', JSON.stringify([...seed]))
  return identityFromSeed(seed)
}

async function talk() {
  const title = find('title').value.trim() || 'A talk'
  const tidy = find('tidy').checked
  const audio = { echoCancellation: tidy, noiseSuppression: tidy, autoGainControl: tidy }
  try {
    look('starting')
    microphone = await navigator.mediaDevices.getUserMedia({ audio })
    const source = mediaStreamSource(microphone, { tags: { title }, application: tidy ? 'voip' : 'audio' })
    show = await broadcast({ source, trackers: [tracker], name: 'talk', keys: await keys() })
    showLink(show.link)
    find('what').textContent = document.title = title
    const begun = Date.now()
    const tick = () => (find('time').textContent = clock(Date.now() - begun))
    show.on('stats', ({ peers }) => {
      tick()
      find('listeners').textContent = audience(peers - 1)
    })
    tick()
    meter.start(source)
    look('live')
    await show.ended
    notice(`The talk is over. It took ${clock(Date.now() - begun)}.`)
  } catch (error) {
    notice(inWords(error), 'bad')
  } finally {
    meter.stop()
    microphone?.getTracks().forEach((track) => track.stop())
    microphone = show = undefined
    look('idle')
  }
}

/** @param {'idle' | 'starting' | 'live'} state */
function look(state) {
  document.body.dataset.state = state
  find('before').hidden = state === 'live'
  find('live').hidden = state !== 'live'
  find('start').disabled = state === 'starting'
  find('start-text').textContent = state === 'starting' ? 'Going on air…' : 'Go on air'
  if (state !== 'idle') notice('')
  if (state === 'live') mute(false)
}

/** @param {string} text @param {'plain' | 'bad'} [tone] */
function notice(text, tone = 'plain') {
  find('notice').dataset.tone = tone
  find('notice').textContent = text
}

/** @param {string} link */
function showLink(link) {
  find('address').value = new URL(`listen.html#${link}`, location.href).href
  find('command').value = `treecast listen '${link}'`
}

const isMuted = () => find('mute').getAttribute('aria-pressed') === 'true'

/** @param {boolean} on */
function mute(on) {
  microphone?.getAudioTracks().forEach((track) => (track.enabled = !on))
  find('mute').setAttribute('aria-pressed', String(on))
  find('mute').textContent = on ? 'Unmute' : 'Mute'
  find('air').textContent = on ? 'On air, muted' : 'On air'
  document.body.dataset.muted = String(on)
}

/** @param {number} listeners */
function audience(listeners) {
  if (listeners < 1) return 'No listeners yet'
  return listeners === 1 ? '1 listener' : `${listeners} listeners`
}

/** @param {number} ms */
function clock(ms) {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** @param {unknown} error */
function inWords(error) {
  if (!(error instanceof Error)) return String(error)
  if (navigator.mediaDevices === undefined)
    return 'Browsers hand out the microphone on https:// and on localhost only: open the page there.'
  const text = error instanceof TreecastError ? error.message : (REFUSALS[error.name] ?? error.message)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

find('before').addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
  event.preventDefault()
  void talk()
})
find('mute').addEventListener('click', () => mute(!isMuted()))
find('stop').addEventListener('click', () => void show?.close())
addEventListener('beforeunload', (event) => {
  if (show !== undefined) event.preventDefault()
})
for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
  document.querySelectorAll('[data-copy]')
)) {
  button.addEventListener('click', async () => {
    const field = find(button.dataset.copy ?? '')
    field.select()
    // Where the clipboard is refused, the text is selected all the same.
    const copied = await navigator.clipboard.writeText(field.value).then(
      () => true,
      () => false
    )
    button.textContent = copied ? 'Copied' : 'Ctrl C'
    setTimeout(() => (button.textContent = 'Copy'), 2_000)
  })
}
