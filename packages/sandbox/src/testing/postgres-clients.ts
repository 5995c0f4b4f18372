import { Pool as NeonPool, neonConfig } from '@neondatabase/serverless'
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js'
import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolConfig } from 'pg'
import postgres from 'postgres'
import type { SqlValue } from '../supabase/database/sql-client.ts'
import { startWebSocketRelay } from './websocket-relay.ts'

/** A client of Postgres, in the form that the packages take one. */
export interface OpenClient {
  readonly client: { query(text: string, values: SqlValue[]): Promise<{ rows: unknown[] }> }
  readonly close: () => Promise<unknown>
}

/** A client of Postgres as projects configure it: each parses, encodes or names something in its own way. */
export interface ClientCase {
  readonly name: string
  readonly open: (url: string) => Promise<OpenClient>
}

// The types of `pg` do not know this option.
const binary = Object.assign<PoolConfig, object>({}, { binary: true })

const oids = { bool: 16, int8: 20, text: 25, json: 114, timestamptz: 1184, numeric: 1700, jsonb: 3802 }

function openPool(url: string, config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, max: 4, ...config })
  // `end` does not wait for its connections to close, and one that is still open when the server stops emits an error.
  pool.on('error', () => {})
  return pool
}

const fromPg = (pool: Pool): OpenClient => ({ client: pool, close: () => pool.end() })

/** `pg`, with parsers for some types, and none for the others. */
const openParsing = (parsers: Record<number, (value: string) => unknown>) => async (url: string) =>
  fromPg(openPool(url, { types: { getTypeParser: (oid: number) => parsers[oid] ?? ((value: string) => value) } }))

type PostgresJsOptions = postgres.Options<Record<string, postgres.PostgresType>>

const fromPostgresJs = (sql: postgres.Sql): OpenClient => ({
  client: { query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) },
  close: () => sql.end(),
})

const connectPostgresJs = (url: string, options: PostgresJsOptions = {}) =>
  postgres(url, { max: 4, onnotice: () => {}, ...options })

const openPostgresJs =
  (options: PostgresJsOptions = {}) =>
  async (url: string) =>
    fromPostgresJs(connectPostgresJs(url, options))

async function openKysely(url: string): Promise<OpenClient> {
  const database = new Kysely({
    dialect: new PostgresDialect({ pool: openPool(url) }),
    plugins: [new CamelCasePlugin()],
  })
  return {
    client: {
      query: async (text, values) => ({ rows: (await database.executeQuery(CompiledQuery.raw(text, values))).rows }),
    },
    close: () => database.destroy(),
  }
}

/** The driver adapter through which Prisma 7 sends everything. It fails for types that Prisma does not know, such as `void`. */
async function openPrisma(url: string): Promise<OpenClient> {
  const adapter = await new PrismaPg({ connectionString: url, max: 4 }).connect()
  return {
    client: {
      async query(text, values) {
        const argTypes = values.map(() => ({ scalarType: 'string', arity: 'scalar' }) as const)
        const { columnNames, rows } = await adapter.queryRaw({ sql: text, args: values, argTypes })
        return { rows: rows.map((row) => Object.fromEntries(columnNames.map((name, index) => [name, row[index]]))) }
      },
    },
    close: () => adapter.dispose(),
  }
}

/** Neon's driver, which reaches the database through a WebSocket. */
async function openNeon(url: string): Promise<OpenClient> {
  const relay = await startWebSocketRelay()
  Object.assign(neonConfig, {
    wsProxy: (host: string, port: number | string) => `127.0.0.1:${relay.port}/?address=${host}:${port}`,
    useSecureWebSocket: false,
    pipelineConnect: false,
  })
  const pool = new NeonPool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  const close = async () => {
    await pool.end()
    await relay.stop()
  }
  return { client: pool, close }
}

/** The clients with which everything that runs on Postgres must work. */
export const postgresClients: readonly ClientCase[] = [
  { name: 'pg', open: async (url) => fromPg(openPool(url)) },
  { name: 'pg that parses nothing', open: openParsing({}) },
  {
    name: 'pg with BigInt, JSON as text and dates of its own',
    open: openParsing({
      [oids.bool]: (value) => value === 't',
      [oids.int8]: BigInt,
      [oids.numeric]: Number,
      [oids.timestamptz]: (value) => ({ instant: value }),
    }),
  },
  { name: 'pg with binary results', open: async (url) => fromPg(openPool(url, binary)) },
  { name: 'postgres', open: openPostgresJs() },
  { name: 'postgres with camel case', open: openPostgresJs({ transform: postgres.camel }) },
  {
    name: 'postgres with BigInt, JSON as text and the DateStyle SQL, DMY',
    open: openPostgresJs({
      connection: { DateStyle: 'SQL, DMY', TimeZone: 'Asia/Kolkata' },
      types: {
        bigint: postgres.BigInt,
        json: { to: oids.json, from: [oids.json, oids.jsonb], serialize: String, parse: (text: string) => text },
      },
    }),
  },
  { name: 'postgres that does not fetch types', open: openPostgresJs({ fetch_types: false }) },
  { name: 'Drizzle on pg', open: async (url) => fromPg(drizzlePg(openPool(url)).$client) },
  // Drizzle replaces the parsers and the encoders of this client.
  {
    name: 'Drizzle on postgres',
    open: async (url) => fromPostgresJs(drizzlePostgres(connectPostgresJs(url)).$client),
  },
  { name: 'Kysely with camel case', open: openKysely },
  { name: "Prisma's driver adapter", open: openPrisma },
  { name: "Neon's pool", open: openNeon },
]
