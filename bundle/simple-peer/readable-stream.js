/**
 * What simple-peer needs of readable-stream in a browser: readable-stream with its Buffer is four fifths of simple-peer's
 * own bundle (28 KB), and treecast uses a peer by `send()` and its events only. So this is an emitter with a readable side
 * of whole messages, which keeps what came before anybody listened, and a writable side that can only end. There is no
 * `write()`, no `pipe()` and no `end` event; `close` tells the end.
 */

class Emitter {
  #listeners = new Map()

  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
    return this
  }

  once(event, listener) {
    const once = (...values) => {
      this.removeListener(event, once)
      listener.apply(this, values)
    }
    once.listener = listener
    return this.on(event, once)
  }

  removeListener(event, listener) {
    const kept = this.listeners(event).filter((each) => each !== listener && each.listener !== listener)
    this.#listeners.set(event, kept)
    return this
  }

  off(event, listener) {
    return this.removeListener(event, listener)
  }

  removeAllListeners(event) {
    if (event === undefined) this.#listeners.clear()
    else this.#listeners.delete(event)
    return this
  }

  listeners(event) {
    return this.#listeners.get(event) ?? []
  }

  emit(event, ...values) {
    const listeners = this.listeners(event)
    // As in Node.js: an error that nobody hears must not pass in silence.
    if (event === 'error' && listeners.length === 0) throw values[0]
    for (const listener of listeners) listener.apply(this, values)
    return listeners.length > 0
  }
}

export class Duplex extends Emitter {
  readable = true
  writable = true
  // simple-peer reads these two.
  _readableState = { ended: false }
  _writableState = { finished: false }
  #early = []

  on(event, listener) {
    super.on(event, listener)
    // Later, so that whoever sets several handlers has set them all.
    if (event === 'data') queueMicrotask(() => this.#flow())
    return this
  }

  push(message) {
    if (message === null) this._readableState.ended = true
    else if (!this._readableState.ended) this.#early.push(message)
    this.#flow()
  }

  end() {
    if (this._writableState.finished) return
    this._writableState.finished = true
    this.emit('finish')
  }

  #flow() {
    while (this.#early.length > 0 && this.listeners('data').length > 0) this.emit('data', this.#early.shift())
  }
}
