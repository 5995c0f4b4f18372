import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../host/find-free-port.ts'
import type { SystemUser } from './postgres-programs.ts'

/** A PgBouncer for a test. */
export interface TestPgbouncer {
  /** Address of the same database, with the same user, through the pooler. */
  readonly url: string
  stop(): Promise<void>
}

// Debian installs it where only root looks.
const program = ['pgbouncer', '/usr/sbin/pgbouncer'].find((path) => spawnSync(path, ['--version']).error === undefined)

/** Why tests that need PgBouncer are skipped, or null if it is installed. */
export const pgbouncerIsMissing: string | null =
  program === undefined
    ? 'Tests behind a pooler need PgBouncer. Install it (Debian: apt-get install pgbouncer; macOS: brew install pgbouncer).'
    : null

/** Who runs it if this process is root, as which PgBouncer refuses to run. */
const nobody: SystemUser = { uid: 65_534, gid: 65_534 }

/**
 * Starts a PgBouncer in transaction mode on a free port of 127.0.0.1, with few connections to the server, so that the transactions of one
 * client are spread over several of them.
 *
 * @param databaseUrl address of the server with its password
 */
export async function startPgbouncer(databaseUrl: string): Promise<TestPgbouncer> {
  if (program === undefined) throw new Error(pgbouncerIsMissing ?? '')
  const { hostname, port, username, password, pathname } = new URL(databaseUrl)
  const directory = await mkdtemp(join(tmpdir(), 'routekey-pgbouncer-'))
  const file = join(directory, 'pgbouncer.ini')
  const ownPort = await findFreePort()
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${port} user=${username} password=${password}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${ownPort}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 4',
    'max_client_conn = 500',
    // postgres.js sends it with each connection.
    'ignore_startup_parameters = extra_float_digits',
  ]
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 })
  const user = process.getuid?.() === 0 ? nobody : {}
  if (user.uid !== undefined) for (const path of [directory, file]) await chown(path, user.uid, user.gid)

  const child = spawn(program, [file], { ...user, stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error(`PgBouncer ended: ${log}`)))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      // What it writes later is not read by anyone, but the pipe must be emptied.
      if (log.includes('process up')) return
      log += chunk
      if (log.includes('process up')) resolve()
    })
  })

  return {
    url: `postgres://${username}:${password}@127.0.0.1:${ownPort}${pathname}`,
    async stop() {
      process.off('exit', kill)
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}
