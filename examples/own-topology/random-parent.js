/**
 * A topology of your own, in one file: one tree, in which everybody has a random parent. A newcomer asks strangers, one after the
 * other, until one that is fed has room for it. Who loses its parent lets its children go and begins again, so that no loop can
 * last; all that were below it miss what comes meanwhile.
 */

/** Strangers that the tracker is asked for at a time. */
const STRANGERS = 8

/** How often a peer looks after itself, ms; and for how long a parent may be silent. */
const WATCH_MS = 500
const PATIENCE_MS = 2_000

/** What peers say: a byte each, if it were to go over a wire. */
const ASK = 'ask'
const YES = 'yes'
const BYTES = 1

/** @type {import('treecast/sim').Topology} */
export const randomParent = {
  name: 'random-parent',
  about: 'One tree; everybody has a random parent.',
  join(host, setting) {
    /** @type {Set<number>} links to those whom this peer feeds */
    const children = new Set()
    /** @type {number[]} whom to ask next */
    let strangers = []
    /** @type {{ link: number, peer: number } | undefined} whom it has asked last */
    let asked
    /** @type {typeof asked} who feeds it */
    let parent
    // When its parent last brought something; Infinity while nothing is awaited.
    let heardAt = Infinity

    const isFed = () => host.isOrigin || parent !== undefined
    const askNext = () => {
      const stranger = isFed() ? undefined : strangers.pop()
      if (stranger !== undefined) host.connect(stranger)
    }
    const begin = () => {
      parent = undefined
      for (const child of children) host.close(child)
      children.clear()
      host.findPeers(STRANGERS)
    }
    const pass = (/** @type {number} */ sequence, /** @type {number} */ hops) => {
      for (const child of children) host.sendPacket(child, sequence, hops)
    }

    return {
      start() {
        if (!host.isOrigin) begin()
        host.wakeAt(host.now + WATCH_MS)
      },
      woken() {
        if (parent !== undefined && host.now - heardAt > PATIENCE_MS) {
          host.close(parent.link)
          begin()
        } else if (!isFed() && strangers.length === 0) host.findPeers(STRANGERS)
        host.wakeAt(host.now + WATCH_MS)
      },
      found(peers) {
        strangers = [...peers]
        askNext()
      },
      unreachable: askNext,
      linked(link, peer, dialled) {
        if (!dialled) return
        asked = { link, peer }
        host.send(link, ASK, BYTES)
      },
      received(link, message) {
        if (message === YES && link === asked?.link && !isFed()) {
          parent = asked
          heardAt = Infinity
        } else if (message === ASK && isFed() && children.size < Math.floor(host.copies)) {
          children.add(link)
          host.send(link, YES, BYTES)
        } else host.close(link)
      },
      unlinked(link) {
        children.delete(link)
        if (link === parent?.link) begin()
        else askNext()
      },
      // The origin's next packet, and everybody else's.
      published: (sequence) => pass(sequence, 1),
      packet(_link, sequence, hops) {
        heardAt = sequence === setting.packets - 1 ? Infinity : host.now
        if (host.hear(sequence, hops)) pass(sequence, hops + 1)
      },
      // For pictures of the tree.
      parents: () => (parent === undefined ? [] : [{ peer: parent.peer, stripes: [0] }])
    }
  }
}
