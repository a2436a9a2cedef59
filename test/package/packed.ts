/**
 * The package as an installer would get it: packed by npm, and unpacked into a project beside links to what it says that it
 * needs, and nothing else.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Manifest {
  readonly name: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, Exported>>
  readonly unpkg: string
  readonly dependencies: Readonly<Record<string, string>>
}

export type Exported = string | { readonly [condition: string]: Exported }

export interface Packed {
  readonly tarball: string
  /** A folder with `node_modules/treecast` in it. */
  readonly project: string
  readonly manifest: Manifest
  /** Paths in the package. */
  readonly files: readonly string[]
}

let packed: Packed | undefined

/** Packs what `npm run build` made. Once for all suites; it is removed when the process ends. */
export function pack(): Packed {
  return (packed ??= packOnce())
}

function packOnce(): Packed {
  const project = mkdtempSync(join(tmpdir(), 'treecast-packed-'))
  process.once('exit', () => rmSync(project, { recursive: true }))
  // Without scripts: the build that is being tested is there, and others are using it.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', project]
  const [{ filename }] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' })) as [
    { filename: string }
  ]
  const tarball = join(project, filename)
  const folder = join(project, 'node_modules/treecast')
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  link(project, ...Object.keys(manifest.dependencies))
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  return { tarball, project, manifest, files: files.sort() }
}

/** Makes packages of the repository be found from a project. */
export function link(project: string, ...names: string[]): void {
  for (const name of names) {
    const path = join(project, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), path)
  }
}

/** The files that a map of exports names, whatever the condition. */
export function targets(exported: Exported): string[] {
  return typeof exported === 'string' ? [exported] : Object.values(exported).flatMap(targets)
}
