/** Which decoder this browser gets: its own, or WebAssembly where it has none. */
import { TreecastError } from '../../protocol/errors.js'
import type { CodecKind } from './codec.js'
import { hasWebCodecs, WebCodecsOpus } from './webcodecs.js'

/** @throws TreecastError `unsupported` or `playback-failed` where neither can be had. */
export async function chooseCodec(): Promise<CodecKind> {
  if (await hasWebCodecs()) return { name: 'webcodecs', make: (channels) => new WebCodecsOpus(channels) }
  try {
    const { wasmCodec } = await import('./wasm.js')
    return wasmCodec()
  } catch (cause) {
    if (cause instanceof TreecastError) throw cause
    const message =
      'The Opus decoder could not be loaded: is the file beside the bundle reachable from the page?'
    throw new TreecastError('playback-failed', message, { cause })
  }
}
