/**
 * A later turn of the event loop, and soon: browsers hold back the timers of hidden pages, so there a message to oneself
 * serves, which they do not.
 */

const waiting: (() => void)[] = []
let port: MessagePort | undefined

export function later(run: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => void }
  if (setImmediate !== undefined) {
    setImmediate(run)
    return
  }
  waiting.push(run)
  port ??= makePort()
  port.postMessage(null)
}

function makePort(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return port2
}
