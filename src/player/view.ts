/** What is seen of the player: builds its shadow tree once, and shows each look of it. */

import type { Timeline } from '../index.js'
import type { Answer } from './answer.js'
import { html, say, set, svg } from './markup.js'
import type { panelContent } from './panel.js'
import type { Receiver, State } from './receiver.js'
import { STYLE } from './style.js'

/** Everything that the view depends on. */
export interface Look {
  readonly receiver: Pick<Receiver, 'state' | 'isPaused' | 'failure' | 'stats' | 'uploadKbps' | 'timeline'>
  readonly title: string
  readonly artist: string
  readonly volume: number
  readonly muted: boolean
  /** Whether the visitor is to be asked about other listeners. */
  readonly asks: boolean
  /** What the visitor answered; undefined where the site does not ask. */
  readonly answer: Answer | undefined
}

/** What a visitor can do. */
export interface Acts {
  readonly toggle: () => void
  readonly mute: () => void
  readonly setVolume: (volume: number) => void
  readonly answer: (answer: Answer) => void
  readonly seek: (seconds: number) => void
  readonly goLive: () => void
}

export interface View {
  readonly show: (look: Look) => void
  readonly focus: (options?: FocusOptions) => void
}

const WORDS: Readonly<Record<State, string>> = {
  empty: 'No broadcast',
  idle: 'Press play to listen',
  joining: 'Connecting…',
  waiting: 'Buffering…',
  playing: 'Playing',
  paused: 'Paused',
  blocked: 'Sound is held back',
  ended: 'The broadcast has ended',
  failed: 'Not playing'
}

/** The most common problems in a visitor's words; the panel has the developer's. */
const PROBLEMS: Readonly<Record<string, string>> = {
  'bad-link': 'The link to this broadcast is malformed.',
  'not-live': 'This broadcast is not live right now.',
  'no-tracker': 'The tracker of this broadcast does not answer.'
}

const QUESTION = 'Pass the audio on to other listeners?'
const EXPLANATION =
  'They can then see your internet address (IP), and some of your upload is used. It saves the broadcaster’s.'

/** Less of a past is not worth a seek bar; s. */
const SHORT_PAST = 20

const PLAY = 'M8 5v14l11-7z'
const PAUSE = 'M7 5.5h3v13H7zM14 5.5h3v13h-3z'
const WAVES = 'M15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11'
const CROSS = 'M16 9.5l5 5m0-5l-5 5'

export function makeView(root: ShadowRoot, acts: Acts): View {
  let last: Look | undefined
  let content: typeof panelContent | undefined

  const playPath = svg('path')
  const play = button('play', acts.toggle, icon(playPath))
  const title = html('span')
  const live = html('span', { part: 'live' }, 'Live')
  const subtitle = html('div', { part: 'state' })
  // For screen readers, which are to hear of the state alone, not of every title.
  const heard = html('span', { class: 'heard', role: 'status' })
  const waves = svg('path', { class: 'open' })
  const mute = button(
    'mute icon',
    acts.mute,
    icon(svg('path', { d: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z' }), waves)
  )
  const slider = html('input', { part: 'volume', type: 'range', step: 5, 'aria-label': 'Volume' })
  const start = button(
    'start icon',
    () => acts.seek(Number(seek.min)),
    icon(svg('path', { d: 'M18 6v12l-9-6zM6.5 6v12' }))
  )
  const place = html('span')
  const seek = html('input', { part: 'seek', type: 'range', step: 1, 'aria-label': 'Place in the show' })
  const end = html('span')
  const edge = button('edge', acts.goLive, 'Go live')
  const past = html('div', { part: 'past' }, start, place, seek, end, edge)
  // Where it is dragged to counts when it is let go.
  let isDragged = false
  const branches = svg('path', { class: 'open', d: 'M12 6v6M6 18l6-6 6 6' })
  const ends = svg('path', { 'stroke-width': 5, d: 'M12 5h0M6 19h0M18 19h0' })
  const opener = button('stats icon', togglePanel, icon(branches, ends))
  const noticeHead = html('b')
  const noticeText = html('span')
  const yes = button('yes', () => (no.hidden ? acts.toggle() : acts.answer('on')))
  const no = button('no', () => acts.answer('off'), 'Only listen')
  const notice = html('div', { part: 'notice' }, html('p', {}, noticeHead, noticeText), yes, no)
  const figures = html('div')
  const sharing = button('no', () => acts.answer(last?.answer === 'on' ? 'off' : 'on'))
  const panel = html('div', { part: 'panel', id: 'panel' }, figures, sharing)

  set(opener, { 'aria-label': 'Stream details', 'aria-expanded': 'false', 'aria-controls': 'panel' })
  slider.oninput = () => acts.setVolume(slider.valueAsNumber / 100)
  set(start, { 'aria-label': 'From the start' })
  seek.oninput = () => {
    isDragged = true
    say(place, clock(seek.valueAsNumber))
  }
  seek.onchange = () => {
    isDragged = false
    acts.seek(seek.valueAsNumber)
  }
  panel.hidden = true
  const titles = html('div', { part: 'titles' }, html('div', { part: 'title' }, title, live), subtitle)
  const level = html('div', { part: 'level' }, mute, slider, opener)
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(STYLE)
  root.adoptedStyleSheets = [sheet]
  root.append(html('div', { part: 'bar' }, play, titles, level, heard), past, notice, panel)

  function show(look: Look): void {
    const { receiver, muted, volume } = look
    const { state, isPaused } = receiver
    const isWaiting = state === 'waiting'
    last = look
    set(play, {
      'aria-label': isPaused ? 'Play' : 'Pause',
      class: isWaiting || state === 'joining' ? 'busy' : ''
    })
    set(playPath, { d: isPaused ? PLAY : PAUSE })
    say(title, look.title)
    live.hidden = receiver.timeline?.live === false || (!isWaiting && state !== 'playing')
    showPast(receiver.timeline)
    say(subtitle, (state === 'playing' && look.artist) || WORDS[state])
    set(mute, { 'aria-label': muted ? 'Unmute' : 'Mute' })
    set(waves, { d: muted ? CROSS : WAVES })
    slider.valueAsNumber = muted ? 0 : volume * 100
    showNotice(look)
    showPanel(look)
  }

  function showPast(timeline?: Timeline): void {
    past.hidden = timeline === undefined || timeline.end - timeline.begin < SHORT_PAST
    if (timeline === undefined || isDragged) return
    const { begin, position, live } = timeline
    set(seek, { min: begin, max: timeline.end, 'aria-valuetext': clock(position) })
    seek.valueAsNumber = position
    say(place, clock(position))
    say(end, clock(timeline.end))
    edge.hidden = live || timeline.over
  }

  /** One at a time, the most pressing first. */
  function showNotice({ receiver: { state, failure }, asks }: Look): void {
    const code = (failure as { code?: string } | undefined)?.code ?? ''
    const [text, action] = failure
      ? [PROBLEMS[code] ?? failure.message, 'Try again']
      : state === 'blocked'
        ? ['Your browser plays sound only after a tap.', 'Tap to listen']
        : [asks ? QUESTION : '', 'Allow']
    notice.hidden = text === ''
    notice.className = failure ? 'alarm' : ''
    say(noticeHead, text)
    say(noticeText, text === QUESTION ? EXPLANATION : '')
    say(heard, `${WORDS[state]}. ${text}`)
    say(yes, action)
    // Trying again mends no link and no option.
    yes.hidden = code.startsWith('bad')
    no.hidden = text !== QUESTION
  }

  function togglePanel(): void {
    panel.hidden = !panel.hidden
    set(opener, { 'aria-expanded': String(!panel.hidden) })
    if (last !== undefined) showPanel(last)
  }

  function showPanel({ receiver: { stats, uploadKbps, failure }, answer }: Look): void {
    if (panel.hidden) return
    if (content === undefined) void fetchPanel()
    else figures.replaceChildren(...content(stats, uploadKbps, failure?.message))
    sharing.hidden = answer === undefined
    say(sharing, answer === 'on' ? 'Stop passing the audio on' : 'Pass the audio on to others')
  }

  /** Few look at it. Where its file is gone, it stays empty. */
  async function fetchPanel(): Promise<void> {
    const panel = await import('./panel.js').catch(() => undefined)
    content = panel?.panelContent
    if (content !== undefined) showPanel(last!)
  }

  return { show, focus: (options) => play.focus(options) }
}

/** 3725 → "1:02:05". */
function clock(seconds: number): string {
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor)
  if (parts[0] === 0) parts.shift()
  return parts.map((part, i) => String(part).padStart(i && 2, '0')).join(':')
}

function icon(...paths: SVGElement[]): SVGElement {
  return svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, ...paths)
}

function button(part: string, act: () => void, ...children: (Node | string)[]): HTMLButtonElement {
  const made = html('button', { part, type: 'button' }, ...children)
  made.onclick = act
  return made
}
