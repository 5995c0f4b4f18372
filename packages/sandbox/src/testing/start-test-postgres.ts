import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { toSqlClient } from '../supabase/database/to-sql-client.ts'
import { prepareTestDatabase, type TestDatabaseOptions } from './create-test-database.ts'
import { createCluster, startServer } from './postgres-cluster.ts'
import { findPostgresPrograms, type SystemUser } from './postgres-programs.ts'

/** A PostgreSQL for a test. */
export interface TestPostgres {
  /** Address of the prepared database, with a superuser. */
  readonly url: string
  readonly port: number
  /** Stops the server and deletes its data. You can call it more than once. */
  stop(): Promise<void>
}

/** Options of {@link startTestPostgres}. */
export type TestPostgresOptions = TestDatabaseOptions & {
  /** Settings of the server by name, for example `{ max_connections: '200' }`. */
  settings?: Record<string, string>
}

/** Makes a server fast whose data does not have to survive the machine. It still survives a killed client. */
const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  full_page_writes: 'off',
}

/** PostgreSQL refuses to run as root. This user exists on every Linux, and owns nothing. */
const nobody: SystemUser = { uid: 65_534, gid: 65_534 }

/**
 * Starts a PostgreSQL 18 on a free port of 127.0.0.1, with its own data directory, and prepares its database as
 * `createTestDatabase` does. It takes about two seconds. Any number can run at the same time. Stop it after the test.
 *
 * @example
 * import { startTestPostgres } from '@routekey/sandbox/test-postgres'
 *
 * const server = await startTestPostgres()
 * const pool = new pg.Pool({ connectionString: server.url })
 * await pool.end()
 * await server.stop()
 */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-postgres-'))
  const removeDirectory = () => rm(directory, { recursive: true, force: true })
  try {
    const user = process.getuid?.() === 0 ? nobody : {}
    if (user.uid !== undefined) await chown(directory, user.uid, user.gid)
    const programs = await findPostgresPrograms(directory, user)
    const cluster = { programs, dataDirectory: join(directory, 'data'), user }
    const password = randomBytes(16).toString('hex')
    await createCluster(cluster, password)
    const server = await startServer(cluster, { ...serverSettings, ...options.settings })
    const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/postgres`
    const stopAndRemove = async () => {
      await server.stop()
      await removeDirectory()
    }
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= stopAndRemove())
    try {
      await prepare(url, options)
    } catch (error) {
      await stop()
      throw error
    }
    return { url, port: server.port, stop }
  } catch (error) {
    await removeDirectory()
    throw error
  }
}

async function prepare(url: string, options: TestPostgresOptions): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await prepareTestDatabase(toSqlClient(sql), options)
  } finally {
    await sql.end()
  }
}
