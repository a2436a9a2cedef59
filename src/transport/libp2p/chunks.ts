/**
 * The bytes of a libp2p stream as an async iterable, from wherever the stream is by now.
 *
 * A stream is one itself, but it must be read before anything happens to it: one that was closed by the far side
 * before the first read never ends, and its last bytes stay in it. A link is read only in the turn after it was
 * handed out, so both happen.
 */

import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

export async function* chunks(stream: Stream): AsyncGenerator<Uint8Array | Uint8ArrayList, void, undefined> {
  const waiting: (Uint8Array | Uint8ArrayList)[] = []
  let over = stream.status !== 'open' || stream.remoteWriteStatus === 'closed'
  let wake = (): void => undefined
  const onMessage = (event: { data: Uint8Array | Uint8ArrayList }): void => {
    waiting.push(event.data)
    wake()
  }
  const onOver = (): void => {
    over = true
    wake()
  }
  stream.addEventListener('remoteCloseWrite', onOver)
  stream.addEventListener('close', onOver)
  // Last: it makes the stream give what it has kept.
  stream.addEventListener('message', onMessage)
  try {
    for (;;) {
      const chunk = waiting.shift()
      if (chunk !== undefined) yield chunk
      else if (over && stream.readBufferLength === 0) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('remoteCloseWrite', onOver)
    stream.removeEventListener('close', onOver)
  }
}
