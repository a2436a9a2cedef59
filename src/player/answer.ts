/** What the visitor answered when asked whether other listeners may be linked to: kept by the browser for the site. */

export type Answer = 'on' | 'off'

const KEY = 'treecast-p2p'

/** For browsers that store nothing: as long as the page lives. */
let kept: Answer | undefined

/** The visitor's answer; undefined if there is none yet. */
export function readAnswer(): Answer | undefined {
  try {
    const stored = localStorage.getItem(KEY)
    if (stored === 'on' || stored === 'off') return stored
  } catch {
    // Storage is closed to this page.
  }
  return kept
}

/** Remembers the answer. */
export function keepAnswer(answer: Answer): void {
  kept = answer
  try {
    localStorage.setItem(KEY, answer)
  } catch {
    // Storage is closed to this page, or full.
  }
}
