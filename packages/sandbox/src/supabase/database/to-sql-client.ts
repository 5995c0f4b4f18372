import type { ReservedSql, Sql } from 'postgres'
import type { SqlClient } from './sql-client.ts'

/** Adapts one connection of `postgres`: a reserved one, or a client with `max: 1`. */
export function toSqlClient(connection: Sql | ReservedSql): SqlClient {
  return {
    query: async (text, values) => ({ rows: await connection.unsafe(text, values) }),
    exec: (script) => connection.unsafe(script).simple(),
  }
}
