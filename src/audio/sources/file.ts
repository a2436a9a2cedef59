/**
 * The bytes of a file.
 */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { unreadable } from './failure.js'

/** Two seconds of the fattest Opus, many pages of the common kind. */
const CHUNK_BYTES = 64 * 1024

/** Reads the file from its beginning to its end, or until the signal; closes it, however the reading ends. */
export async function* fileBytes(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await openFile(path)
  try {
    while (!signal.aborted) {
      const chunk = await read(file, path)
      if (chunk.length === 0) return
      yield chunk
    }
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  let regular: boolean
  let directory: boolean
  try {
    // Opening a named pipe would wait for its writer, and nothing could end the wait: look first.
    const status = await stat(path)
    regular = status.isFile()
    directory = status.isDirectory()
    if (regular) return await open(path, 'r')
  } catch (error) {
    throw unreadable(path, error)
  }
  const what = directory
    ? 'it is a directory; name a file in it'
    : `it is no regular file; pipe it in: treecast … - < ${path}`
  throw unreadable(path, new Error(what))
}

async function read(file: FileHandle, path: string): Promise<Uint8Array> {
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK_BYTES))
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw unreadable(path, error)
  }
}
