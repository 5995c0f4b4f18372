import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startSandbox } from '@routekey/sandbox'
import { prepareTestDatabase } from '@routekey/sandbox/test-database'
import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool } from 'pg'

import { createKeyring } from '../../../src/index.ts'
import { generateSql } from '../../../src/sql/generate-sql.ts'
import { createPostgresStore } from '../../../src/stores/postgres.ts'

/** What the blocks of all documents talk to: Postgres, Supabase and Stripe, with users, a key and a customer. */
export interface DocumentServices {
  /** Environment variables of a reader's project. */
  variablesOf(document: string): Readonly<Record<string, string>>
  /** Variables of its shells, which are in another project of the reader. */
  shellVariables(document: string): Readonly<Record<string, string>>
  /** Runs statements on the database, and takes them back. */
  tryStatements(sql: string): Promise<void>
  stop(): Promise<void>
}

/** The tables from which the scripts import keys. */
const importedTables = `
  create table apikey ("expiresAt" timestamptz);
  create table old_api_keys (user_id text, label text, key_sha256 text, created_at timestamptz);
`

/** What statements of the documents assume: tables and roles of a reader. */
const readersTables = `
  create role app;
  create table membership (user_id uuid, organisation_id uuid);
  create table trial (user_id uuid);
  create table member (id uuid, full_name text, locale text, plan text);
  create table profiles (id uuid, full_name text);
  -- The Postgres of the tests does not have pg_cron. Its job runs at once.
  create schema cron;
  create function cron.schedule(name text, schedule text, command text) returns bigint
    language plpgsql as $$ begin execute command; return 1; end $$;
`

/** Prepares a database of a project on Supabase that has profiles, and not yet the engine. */
async function prepareProfiles(connectionString: string): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  await prepareTestDatabase(client, { migrationsDirectory: null })
  await client.query('create table public.profiles (id uuid primary key, full_name text, stripe_customer_id text)')
  await client.end()
}

/** Starts the services. */
export async function startDocumentServices(): Promise<DocumentServices> {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-documents-'))
  const postgres = await startTestPostgres({ migrationsDirectory: null })
  const { supabase, stripe, ...sandbox } = await startSandbox({
    dir: directory,
    ports: { supabase: 0, stripe: 0 },
    databaseUrl: postgres.url,
    appUrl: 'http://127.0.0.1:9',
    github: false,
  })
  // The project with `profiles` has a Stripe account of its own.
  const ports = { stripe: 0 }
  const otherStripe = await startSandbox({ dir: join(directory, 'other'), ports, supabase: false })
  const pool = new Pool({ connectionString: postgres.url })
  pool.on('error', () => {})
  const databaseOf = (name: string) => postgres.url.replace(/[^/]*$/, name)

  await pool.query(readersTables)
  await pool.query('create database empty')
  await pool.query('create database keys')
  const keys = new Pool({ connectionString: databaseOf('keys') })
  keys.on('error', () => {})
  await keys.query(`${generateSql()};${importedTables}`)
  await pool.query('create database engine')
  await prepareProfiles(databaseOf('engine'))
  const [confirmed, unconfirmed] = [crypto.randomUUID(), crypto.randomUUID()]
  const addUser = 'insert into auth.users (id, email, email_confirmed_at) values ($1, $2, $3)'
  await pool.query(addUser, [confirmed, 'ada@example.com', new Date()])
  await pool.query(addUser, [unconfirmed, 'grace@example.com', null])
  const keyring = createKeyring({ store: createPostgresStore({ client: keys }), prefix: 'acme_live', usage: false })
  const { key, record } = await keyring.create({ owner: confirmed, name: 'CI', scopes: ['reports:read'] })
  const created = await fetch(`${stripe!.url}/v1/customers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stripe!.secretKey}` },
    body: new URLSearchParams({ email: 'grace@work.example.com' }),
  })
  const customer: { id: string } = JSON.parse(await created.text())

  return {
    variablesOf: (document) => ({
      DATABASE_URL: databaseOf(document === 'packages/sandbox/README.md' ? 'empty' : 'keys'),
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'stripe-on-loopback.mjs')}`,
      NEXT_PUBLIC_SUPABASE_URL: supabase!.url,
      SUPABASE_SECRET_KEY: supabase!.secretKey,
      STRIPE_SECRET_KEY: stripe!.secretKey,
      STRIPE_API_BASE: stripe!.url,
      STRIPE_PORT: new URL(stripe!.url).port,
      USER_ID: confirmed,
      USER_KEY: key,
      KEY_ID: record.id,
      CUSTOMER_ID: customer.id,
    }),
    shellVariables(document) {
      if (document === 'packages/stripe-customers/README.md') {
        return {
          DATABASE_URL: databaseOf('engine'),
          NEXT_PUBLIC_SUPABASE_URL: '',
          SUPABASE_SECRET_KEY: '',
          STRIPE_API_BASE: otherStripe.stripe!.url,
          STRIPE_SECRET_KEY: otherStripe.stripe!.secretKey,
        }
      }
      // A user without a customer, whom its command links to one.
      return document === 'docs/deployment.md' ? { USER_ID: unconfirmed } : {}
    },
    async tryStatements(sql) {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await client.query(sql.replace('create extension if not exists pg_cron;', ''))
      } finally {
        await client.query('rollback')
        client.release()
      }
    },
    async stop() {
      await keys.end()
      await pool.end()
      await otherStripe.stop()
      await sandbox.stop()
      await postgres.stop()
      await rm(directory, { recursive: true })
    },
  }
}
