import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'

import { Refusal } from '../cli-error.ts'

/** What became of the file. */
export interface EditedFile {
  readonly isNew: boolean
  readonly isChanged: boolean
  /** Whether group or others may read it; always false on Windows. */
  readonly isReadableByOthers: boolean
}

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code

const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Follows links to the file itself, because renaming over a link would replace the link. */
function resolveTarget(path: string): string {
  if (!isThere(path)) return path
  try {
    const target = realpathSync(path)
    if (statSync(target).isFile()) return target
  } catch (error) {
    if (isCode(error, 'ENOENT')) throw new Refusal(`${path} is a link to a file that does not exist`)
    throw error
  }
  throw new Refusal(`${path} is not a file`)
}

function openLock(path: string): number {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  } catch (error) {
    if (isCode(error, 'EEXIST')) {
      throw new Refusal(`another routekey is at work on this file; if none is, remove ${basename(path)} and try again`)
    }
    if (isCode(error, 'ENOENT')) throw new Refusal(`there is no directory ${dirname(path)}; make it, and try again`)
    throw error
  }
}

/** Gives the open file the owner of another one, and returns that one's mode. */
function keepOwner(file: number, target: string): number {
  const { mode, uid, gid } = statSync(target)
  const own = fstatSync(file)
  if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid)
  return mode & 0o777
}

/**
 * Edits a file in one step: whoever reads it sees the old text or the new. The new text is written to `<file>.lock`, which
 * also keeps two commands from undoing each other, and renamed. Mode and owner stay; a new file is for its owner alone.
 *
 * @param edit Gets the text as Latin-1, one character a byte, and returns the new one; nothing changes when it throws.
 */
export function editEnvFile(path: string, edit: (text: string) => string): EditedFile {
  const target = resolveTarget(path)
  const lock = `${target}.lock`
  const file = openLock(lock)
  // Once the lock has been renamed, a file of that name belongs to the next command.
  let isLocked = true
  try {
    const isNew = !isThere(target)
    let mode = 0o600
    let isChanged = true
    try {
      const text = isNew ? '' : readFileSync(target, 'latin1')
      const edited = edit(text)
      isChanged = edited !== text
      writeFileSync(file, edited, 'latin1')
      if (!isNew) mode = keepOwner(file, target)
      fchmodSync(file, mode)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (isChanged) {
      renameSync(lock, target)
      isLocked = false
    }
    return { isNew, isChanged, isReadableByOthers: process.platform !== 'win32' && (mode & 0o077) !== 0 }
  } finally {
    if (isLocked) rmSync(lock, { force: true })
  }
}
