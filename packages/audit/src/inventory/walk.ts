import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a walk found: the files, and the folders that could not be read. */
export interface Tree {
  readonly files: readonly string[]
  readonly unreadable: readonly string[]
}

const ignored =
  /^(?:node_modules|\.git|\.next|\.turbo|\.vercel|\.yarn|\.pnpm-store|\.sst|\.open-next|\.cache|\.svelte-kit|\.output|__pycache__|vendor)$/

/** Lists the files below a directory, in order. It follows links, but no circle. A folder that cannot be read is named, not fatal. */
export function walk(directory: string): Tree {
  const files: string[] = []
  const unreadable: string[] = []
  const visit = (folder: string, above: readonly string[]): void => {
    const entries = readFolder(folder)
    if (entries === null) {
      unreadable.push(folder)
      return
    }
    for (const entry of entries) {
      const path = join(folder, entry.name)
      const kind = entry.isSymbolicLink() ? kindOf(path) : entry.isDirectory() ? 'folder' : 'file'
      if (kind === 'file') files.push(path)
      else if (kind === 'folder' && !ignored.test(entry.name)) {
        const real = entry.isSymbolicLink() ? realpathSync(path) : path
        if (!above.includes(real)) visit(path, [...above, real])
      }
    }
  }
  visit(directory, [realpathSync(directory)])
  return { files, unreadable }
}

function readFolder(folder: string): readonly Dirent[] | null {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((left, right) => (left.name < right.name ? -1 : 1))
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}

function kindOf(path: string): 'file' | 'folder' | null {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    // A link to nothing.
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
