import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { findFreePort } from '../host/find-free-port.ts'
import type { PostgresPrograms, SystemUser } from './postgres-programs.ts'

/** The files of a PostgreSQL, its programs, and the user that runs them. */
export interface PostgresCluster {
  readonly programs: PostgresPrograms
  readonly dataDirectory: string
  readonly user: SystemUser
}

/** A running PostgreSQL. */
export interface PostgresServer {
  readonly port: number
  /** Cuts open connections and waits until the server has ended. */
  stop(): Promise<void>
}

const portAttempts = 5

/** Creates the files of a cluster, with the superuser `postgres`, who needs the password for every connection. */
export async function createCluster(cluster: PostgresCluster, password: string): Promise<void> {
  const { programs, dataDirectory, user } = cluster
  const passwordFile = `${dataDirectory}.password`
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid)
  const options = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-sync']
  const child = spawn(programs.initdb, [`--pgdata=${dataDirectory}`, `--pwfile=${passwordFile}`, ...options], {
    ...user,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [errors] = await Promise.all([text(child.stderr), once(child, 'close')])
  if (child.exitCode !== 0) throw new Error(`initdb exited with code ${child.exitCode}: ${errors}`)
}

/** Starts the server on a free port of 127.0.0.1. It ends with this process at the latest. */
export async function startServer(
  { programs, dataDirectory, user }: PostgresCluster,
  settings: Readonly<Record<string, string>>,
): Promise<PostgresServer> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // Another program can take a free port before the server does.
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort()
    const child = spawn(programs.postgres, ['-D', dataDirectory, '-p', String(port), ...flags], {
      ...user,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const log = await waitUntilReady(child)
    if (log === null) return { port, stop: createStop(child) }
    if (attempt === portAttempts || !log.includes('could not bind')) throw new Error(`PostgreSQL ended: ${log}`)
  }
}

/** Returns null when the server accepts connections, or its log when it ends. */
function waitUntilReady(child: ChildProcess): Promise<string | null> {
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

function createStop(child: ChildProcess): () => Promise<void> {
  const kill = () => child.kill('SIGQUIT')
  process.once('exit', kill)
  return async () => {
    process.off('exit', kill)
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'close')
    // SIGINT is the fast shutdown, which cuts open connections.
    child.kill('SIGINT')
    await ended
  }
}
