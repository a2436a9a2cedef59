/** The connection to the show's process: its story comes down, what this page tells of itself and its buttons go up. */

/** @typedef {import('../view.js').View} View */

/**
 * @typedef {object} Events
 * @property {(view: View) => void} view
 * @property {(key: string) => void} own told which peer this page is
 * @property {(isLost: boolean) => void} lost told when the show's process is out of reach, and when it is back
 */

/** Between two tries; ms. */
const RETRY_MS = 2_000

export class Connection {
  #token
  /** By which it is known again when the connection was lost. */
  #name = crypto.randomUUID()
  /** @type {WebSocket | undefined} */
  #socket
  #isOver = false
  #on

  /**
   * @param {string} token which shows that a button was pressed in this page
   * @param {Events} on
   */
  constructor(token, on) {
    this.#token = token
    this.#on = on
  }

  open() {
    const words = new URLSearchParams({ page: this.#name, token: this.#token })
    const socket = new WebSocket(`ws://${location.host}/story?${words}`)
    this.#socket = socket
    socket.addEventListener('open', () => this.#on.lost(false))
    socket.addEventListener('message', ({ data }) => this.#heard(JSON.parse(data)))
    socket.addEventListener('close', () => this.#closed())
  }

  /**
   * Tells how this page stands in the tree.
   *
   * @param {object | null} stats null when it plays no more
   */
  report(stats) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ stats }))
  }

  /**
   * Presses a button of the show.
   *
   * @param {'kill' | 'add'} button
   * @returns {Promise<string>} why it did not work; empty where it did
   */
  async press(button) {
    try {
      const response = await fetch(`/${button}`, {
        method: 'POST',
        headers: { 'x-stage-token': this.#token }
      })
      return response.ok ? '' : (await response.text()).trim()
    } catch {
      return 'the show is out of reach'
    }
  }

  /** @param {{ view?: View, you?: string }} told */
  #heard({ view, you }) {
    if (you !== undefined) this.#on.own(you)
    if (view === undefined) return
    this.#isOver = view.state === 'over'
    this.#on.view(view)
  }

  #closed() {
    if (this.#isOver) return
    this.#on.lost(true)
    setTimeout(() => void this.#retry(), RETRY_MS)
  }

  async #retry() {
    try {
      const page = await (await fetch('/')).text()
      // Another show on the same port: this page is not a page of it.
      if (!page.includes(this.#token)) return location.reload()
    } catch {
      // It is still away, and so is the socket.
    }
    this.open()
  }
}
