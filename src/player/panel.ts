/** The stats panel: how the show reaches this listener, from whom, and whom it feeds. */

import { bytes, seconds, stripes } from './figures.js'
import type { LinkStats, WebStats } from '../index.js'
import { html } from './markup.js'
import { shortName, treePicture } from './tree-picture.js'

const TRANSPORTS: Readonly<Record<string, string>> = {
  webrtc: 'WebRTC',
  websocket: 'WebSocket',
  'libp2p-ws': 'WebSocket',
  'libp2p-tcp': 'TCP'
}

/**
 * Everything in the panel, made anew: it changes once a second, and only while it is open.
 *
 * @param uploadKbps in the last second
 * @param problem what went wrong, in full
 */
export function panelContent(
  stats: WebStats | undefined,
  uploadKbps: number,
  problem: string | undefined
): Node[] {
  if (stats === undefined) {
    return [html('p', { class: 'quiet' }, problem ?? 'Press play to see how the show reaches you.')]
  }
  const { playback, bytesFromPeers: fromPeers, bytesFromOrigin: fromOrigin, neighbours } = stats
  const share = Math.round((100 * fromPeers) / Math.max(1, fromPeers + fromOrigin))
  const figures: [string, string][] = [
    ['Live delay', seconds(playback.delayMs)],
    ['Buffer', seconds(playback.bufferMs)],
    ['Gaps, underruns', `${stats.gaps}, ${playback.underruns}`],
    ['From peers', bytes(fromPeers)],
    ['From the origin', bytes(fromOrigin)],
    ['Uploaded', `${bytes(stats.bytesOut)}, ${uploadKbps} kbit/s`],
    ['Peers in the show', String(stats.peers)],
    ['WebRTC', stats.webrtcReason === undefined ? stats.webrtc : `${stats.webrtc}: ${stats.webrtcReason}`]
  ]
  const bar = html('span')
  bar.style.width = `${share}%`
  return [
    html('p', {}, html('b', {}, `${share} %`), ' of the audio came from other listeners'),
    html('div', { class: 'share' }, bar),
    html(
      'div',
      { class: 'columns' },
      html('dl', {}, ...figures.flatMap(([term, value]) => [html('dt', {}, term), html('dd', {}, value)])),
      treePicture(stats)
    ),
    table('Feeding you', neighbours, 'feeds', 'bytesIn'),
    table('You feed', neighbours, 'fed', 'bytesOut')
  ]
}

function table(
  caption: string,
  neighbours: readonly LinkStats[],
  way: 'feeds' | 'fed',
  count: 'bytesIn' | 'bytesOut'
): HTMLElement {
  const rows = neighbours
    .filter((each) => each[way].length > 0)
    .map((each) =>
      html(
        'tr',
        {},
        html('td', {}, each.isOrigin ? 'Origin' : shortName(each.id)),
        ...[TRANSPORTS[each.transport] ?? each.transport, stripes(each[way]), bytes(each[count])].map(
          (text) => html('td', {}, text)
        )
      )
    )
  if (rows.length === 0) return html('p', { class: 'quiet' }, `${caption}: nobody now`)
  const heads = ['Peer', 'Over', 'Stripes', 'Bytes'].map((text) => html('th', { scope: 'col' }, text))
  return html('table', {}, html('caption', {}, caption), html('tr', {}, ...heads), ...rows)
}
