import { readFileSync, statSync } from 'node:fs'

const maximumBytes = 4_000_000

/** Reads a file. Returns null if it is missing, unreadable or too large to be source code. */
export function readText(path: string): string | null {
  try {
    if (statSync(path).size > maximumBytes) return null
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}
