/** Files that hold a secret: made with mode 0600, changed as a whole, and refused where others can read them. */

import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import process from 'node:process'
import { TreecastError } from '../protocol/errors.js'

/** Permission bits of others than the owner. */
const OTHERS = 0o077

/** @throws TreecastError `bad-key` if it cannot be read. @returns undefined where there is none */
export async function readPrivate(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new TreecastError('bad-key', `cannot read the key file ${path}: ${reason(error)}`, { cause: error })
  }
}

/** @throws TreecastError `bad-key` if others than its owner may read or write the file. Windows has no such bits. */
export async function checkPrivate(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const { mode } = await stat(path)
  if ((mode & OTHERS) === 0) return
  const octal = (mode & 0o777).toString(8).padStart(4, '0')
  throw new TreecastError(
    'bad-key',
    `${path} holds a private key and is open to others (mode ${octal}); run: chmod 600 ${path}`
  )
}

/** @throws TreecastError `bad-key` if it cannot be made, or is there already. */
export async function makePrivate(path: string, text: string): Promise<void> {
  try {
    await write(path, text)
  } catch (error) {
    throw new TreecastError('bad-key', `cannot make the key file ${path}: ${reason(error)}`, { cause: error })
  }
}

/** Puts a new file in the place of the old one: at no moment is there half of one. @throws TreecastError `bad-key` */
export async function replacePrivate(path: string, text: string): Promise<void> {
  const next = `${path}.${process.pid}.new`
  try {
    await write(next, text)
    await rename(next, path)
  } catch (error) {
    await rm(next, { force: true }).catch(() => undefined)
    throw new TreecastError('bad-key', `cannot write the key file ${path}: ${reason(error)}`, {
      cause: error
    })
  }
}

async function write(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function reason(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'there is no such directory; make it first'
    case 'EISDIR':
      return 'it is a directory; name a file in it'
    case 'EEXIST':
      return 'it is there already; name another file'
    case 'EACCES':
    case 'EPERM':
      return 'permission denied; choose another place or run as its owner'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
