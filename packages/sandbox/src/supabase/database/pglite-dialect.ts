import type { PGlite } from '@electric-sql/pglite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import type { ConnectionLock } from './connection-lock.ts'
import { printErrorBriefly } from './print-error-briefly.ts'

/** Creates a Kysely dialect in which a transaction on PGlite has the connection to itself. */
export function createPgliteDialect(database: PGlite, lock: ConnectionLock): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(database, lock),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

function createDriver(database: PGlite, lock: ConnectionLock): Driver {
  const releases = new WeakMap<DatabaseConnection, () => void>()
  return {
    init: async () => {},
    async acquireConnection() {
      const connection = createConnection(database)
      releases.set(connection, await lock.acquire())
      return connection
    },
    beginTransaction: (connection) => run(connection, 'begin'),
    commitTransaction: (connection) => run(connection, 'commit'),
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    releaseConnection: async (connection) => releases.get(connection)?.(),
    destroy: async () => {},
  }
}

async function run(connection: DatabaseConnection, statement: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(statement))
}

function createConnection(database: PGlite): DatabaseConnection {
  return {
    async executeQuery<Row>(compiled: CompiledQuery) {
      try {
        const { rows, affectedRows } = await database.query<Row>(compiled.sql, [...compiled.parameters])
        return affectedRows === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedRows) }
      } catch (error) {
        throw printErrorBriefly(error)
      }
    },
    streamQuery() {
      throw new TypeError('PGlite does not support streaming.')
    },
  }
}
