import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { z } from 'zod'
import { StandInError } from '../errors.ts'
import { schemaVersion, tablesSql } from './tables.ts'

/** The stand-in's storage: synchronous, one connection, one writer. */
export interface Database {
  /** Reads every row, checked against `schema`. */
  all<T>(schema: z.ZodType<T>, sql: string, ...values: SQLInputValue[]): T[]
  /** Reads the first row, checked against `schema`; undefined if there are no rows. */
  first<T>(schema: z.ZodType<T>, sql: string, ...values: SQLInputValue[]): T | undefined
  /** Reads the number that a query selects as `count`. */
  count(sql: string, ...values: SQLInputValue[]): number
  /** Runs a statement that returns no rows. */
  run(sql: string, ...values: SQLInputValue[]): void
  /** Runs `work` in a transaction: commits when it returns, rolls back when it throws. */
  transaction<T>(work: () => T): T
  close(): void
}

const countRowSchema = z.object({ count: z.number() })

/**
 * Opens the storage, and creates its tables the first time.
 *
 * @param path a file, or `:memory:`
 * @throws `ERR_STAND_IN_FILE_VERSION` when another version of the stand-in wrote the file
 */
export function openDatabase(path: string): Database {
  const sqlite = new DatabaseSync(path)
  // The write-ahead log survives the death of the process. Only the death of the machine can lose its last page.
  sqlite.exec('pragma journal_mode = wal; pragma synchronous = normal')
  const version = sqlite.prepare('pragma user_version').get()?.['user_version']
  if (version === 0) sqlite.exec(`begin; ${tablesSql}; pragma user_version = ${schemaVersion}; commit`)
  else if (version !== schemaVersion) {
    sqlite.close()
    const message = `${path} was written by another version of the Stripe stand-in. Delete it and start again.`
    throw new StandInError('ERR_STAND_IN_FILE_VERSION', message)
  }

  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string) => {
    let statement = statements.get(sql)
    if (statement === undefined) statements.set(sql, (statement = sqlite.prepare(sql)))
    return statement
  }
  return {
    all: (schema, sql, ...values) =>
      prepare(sql)
        .all(...values)
        .map((row) => schema.parse(row)),
    first(schema, sql, ...values) {
      const row = prepare(sql).get(...values)
      return row === undefined ? undefined : schema.parse(row)
    },
    count: (sql, ...values) => countRowSchema.parse(prepare(sql).get(...values)).count,
    run: (sql, ...values) => void prepare(sql).run(...values),
    transaction(work) {
      sqlite.exec('begin immediate')
      try {
        const result = work()
        sqlite.exec('commit')
        return result
      } catch (error) {
        sqlite.exec('rollback')
        throw error
      }
    },
    close: () => sqlite.close(),
  }
}
