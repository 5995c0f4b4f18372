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
import { dirname } from 'node:path'

import { CliError } from '../cli-error.ts'

export interface EditedFile {
  readonly isNew: boolean
  readonly isChanged: boolean
  /** Whether the group or others may read the file. Always false on Windows. */
  readonly isReadableByOthers: boolean
}

export interface EditOptions {
  /** Sets the mode of a file that changes to 600. By default it keeps its mode, and only a new file gets 600. */
  readonly makePrivate?: boolean
}

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code

const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Follows links to the file itself, because a rename over a link would replace the link. */
function resolveTarget(path: string): string {
  if (!exists(path)) return path
  try {
    const target = realpathSync(path)
    if (statSync(target).isFile()) return target
  } catch (error) {
    if (isCode(error, 'ENOENT'))
      throw new CliError(`${path} is a link to a file that does not exist. Create that file, or remove the link.`, 2)
    throw error
  }
  throw new CliError(`${path} is not a file. Name another file.`, 2)
}

function openLock(path: string): number {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  } catch (error) {
    if (isCode(error, 'EEXIST')) {
      throw new CliError(`Another command is editing this file. If none is running, delete ${path} and try again.`, 1)
    }
    if (isCode(error, 'ENOENT'))
      throw new CliError(`The directory ${dirname(path)} does not exist. Create it first.`, 2)
    throw error
  }
}

/** Gives an open file the owner of another file, and returns the mode of that other file. */
function copyOwner(file: number, target: string): number {
  const { mode, uid, gid } = statSync(target)
  const own = fstatSync(file)
  if (own.uid !== uid || own.gid !== gid) fchownSync(file, uid, gid)
  return mode & 0o777
}

/**
 * Edits a file in one step: a reader sees the old text or the new text, never a part. The new text goes to `<file>.lock`, which
 * is renamed at the end, and which keeps two commands from overwriting each other's change. The owner stays; a new file gets mode
 * 600. Nothing changes if `edit` throws.
 *
 * @param edit Gets the text as Latin-1, one character for each byte, and returns the new text.
 * @throws `CliError` when another command is editing the file, or when the path does not lead to a file.
 */
export function editEnvFile(
  path: string,
  edit: (text: string) => string,
  { makePrivate = false }: EditOptions = {},
): EditedFile {
  const target = resolveTarget(path)
  const lock = `${target}.lock`
  const file = openLock(lock)
  // After the rename, a lock of this name belongs to another command.
  let isLocked = true
  try {
    const isNew = !exists(target)
    let mode = 0o600
    let isChanged = true
    try {
      const text = isNew ? '' : readFileSync(target, 'latin1')
      const edited = edit(text)
      isChanged = edited !== text
      writeFileSync(file, edited, 'latin1')
      if (!isNew) {
        const ownMode = copyOwner(file, target)
        if (!makePrivate || !isChanged) mode = ownMode
      }
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
