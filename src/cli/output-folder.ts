/** Folders that results are written to, and why they cannot be. */

import { access, constants, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TreecastError } from '../protocol/errors.js'
import { printable } from './reporter.js'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  ENOTDIR: 'a part of its path is no directory; check the path',
  EEXIST: 'it is a file; name a directory',
  EISDIR: 'it is a directory; name a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'its file system is read-only; choose another place',
  ENOSPC: 'the disk is full; make room',
  ENAMETOOLONG: 'its name is too long'
}

/** Why a file or folder is not to be had, for people, by the system's code. */
export function reason(code: string | undefined): string {
  return REASONS[code ?? ''] ?? code ?? 'unknown'
}

/** Makes sure of it before anything else is done. @throws TreecastError `output-unwritable` */
export async function prepareFolder(out: string): Promise<void> {
  try {
    await makeFolder(out)
    await access(out, constants.W_OK)
  } catch (error) {
    throw unwritable(out, error)
  }
}

/** With those that it lies in. Not by mkdir's own `recursive`, which under /proc tries for ever on Node.js 20. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolder(dirname(path))
    await mkdir(path)
  }
}

export function unwritable(out: string, error: unknown): TreecastError {
  const why = reason((error as NodeJS.ErrnoException).code)
  return new TreecastError('output-unwritable', `${printable(out)} cannot be written: ${why}`, {
    cause: error
  })
}
