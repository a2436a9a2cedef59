/** A station's Icecast mount as a source that never ends: when the mount goes away, it is asked for until it is back. */

import { setTimeout as delay } from 'node:timers/promises'
import { openSource, TreecastError } from 'treecast/node'

/** How long to wait before each try, ms; the last is kept to. An encoder that restarts is back within seconds, and
 * Icecast then begins with what has been missed meanwhile. */
const WAITS_MS = [500, 1_000, 2_000, 5_000]

/** What no patience mends: the mount carries something else. */
const HOPELESS = new Set(['not-ogg', 'not-opus'])

/**
 * Each connection begins a new stream of the show, and so does each title of a mount that chains them.
 *
 * @param {string} address http(s)://host:port/mount
 * @param {{ signal: AbortSignal, say: (line: string) => void }} options
 * @returns {AsyncGenerator<import('treecast/node').SourceItem, void>}
 * @throws TreecastError `not-ogg` or `not-opus`, if the mount has never given Ogg Opus
 */
export async function* station(address, { signal, say }) {
  let wasHeard = false
  let wasTold = ''
  let failures = 0
  let title = ''
  while (!signal.aborted) {
    let reason = 'the stream has ended'
    try {
      for await (const item of openSource(address, { signal })) {
        if (item.type === 'frame') {
          if (failures > 0) say('back on the air')
          failures = 0
          wasHeard = true
        } else if (titleOf(item.tags) !== title) {
          title = titleOf(item.tags)
          if (title !== '') say(`now playing: ${title}`)
        }
        yield item
      }
    } catch (error) {
      if (!(error instanceof TreecastError) || (HOPELESS.has(error.code) && !wasHeard)) throw error
      reason = error.message
    }
    if (signal.aborted) return
    // Once for each reason, not for each try.
    if (failures === 0 || reason !== wasTold) say(`off the air: ${reason} (trying again until it is back)`)
    wasTold = reason
    const wait = WAITS_MS[Math.min(failures++, WAITS_MS.length - 1)]
    await delay(wait, undefined, { signal }).catch(() => undefined)
  }
}

/** @param {readonly import('treecast/node').Tag[]} tags */
function titleOf(tags) {
  const parts = ['ARTIST', 'TITLE'].map((name) => tags.find((tag) => tag.name === name)?.value)
  return parts.filter((part) => part).join(' – ')
}
