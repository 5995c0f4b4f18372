import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { z } from 'zod'

/** The stand-in's storage: synchronous, one connection, one writer. */
export interface Database {
  /** Reads every row, checked against `schema`. */
  all<T>(schema: z.ZodType<T>, sql: string, ...values: SQLInputValue[]): T[]
  /** Reads the first row, checked against `schema`; undefined when there is none. */
  first<T>(schema: z.ZodType<T>, sql: string, ...values: SQLInputValue[]): T | undefined
  /** Reads a number that a query selects as `count`. */
  count(sql: string, ...values: SQLInputValue[]): number
  /** Runs a statement and gives the number of rows that it changed. */
  run(sql: string, ...values: SQLInputValue[]): number
  /** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
  transaction<T>(work: () => T): T
  close(): void
}

const countRowSchema = z.object({ count: z.number() })

const schemaVersion = 1

const tablesSql = `
create table customers (
  sequence integer primary key autoincrement,
  id text not null unique,
  email text,
  created integer not null,
  deleted integer not null default 0,
  record text not null
) strict;
create index customers_by_email on customers (email, sequence);

create table customer_search_documents (
  version integer primary key autoincrement,
  customer_id text not null,
  visible_at_ms integer not null,
  email text,
  name text,
  phone text,
  created integer not null,
  metadata text not null
) strict;
create index customer_search_documents_by_customer on customer_search_documents (customer_id, version);

create table subscriptions (
  sequence integer primary key autoincrement,
  id text not null unique,
  customer_id text not null,
  status text not null,
  created integer not null,
  record text not null
) strict;
create index subscriptions_by_customer on subscriptions (customer_id, sequence);

create table events (
  sequence integer primary key autoincrement,
  id text not null unique,
  type text not null,
  created integer not null,
  body text not null
) strict;

create table webhook_deliveries (
  event_id text not null,
  url text not null,
  state text not null default 'pending',
  attempts integer not null default 0,
  next_attempt_at_ms integer not null,
  primary key (event_id, url)
) strict;
create index webhook_deliveries_due on webhook_deliveries (url, next_attempt_at_ms) where state = 'pending';

create table idempotency_keys (
  key text primary key,
  endpoint text not null,
  fingerprint text not null,
  request_id text not null,
  status integer not null,
  body text not null,
  created_at_ms integer not null
) strict;
create index idempotency_keys_by_age on idempotency_keys (created_at_ms);
`

/**
 * Opens the storage and lays out its tables on first use.
 *
 * @param path a file, or `:memory:`
 * @throws Error when the file was written by another version of the sandbox
 */
export function openDatabase(path: string): Database {
  const sqlite = new DatabaseSync(path)
  // The write-ahead log survives the death of the process; only the death of the machine could lose its last page.
  sqlite.exec('pragma journal_mode = wal; pragma synchronous = normal')
  const version = sqlite.prepare('pragma user_version').get()?.['user_version']
  if (version === 0) sqlite.exec(`begin; ${tablesSql}; pragma user_version = ${schemaVersion}; commit`)
  else if (version !== schemaVersion) {
    sqlite.close()
    throw new Error(`${path} was written by another version of the sandbox. Delete it and start again.`)
  }

  // SQLite's own `lower` knows ASCII alone.
  sqlite.function('fold_case', { deterministic: true }, (value) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  )

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
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
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
