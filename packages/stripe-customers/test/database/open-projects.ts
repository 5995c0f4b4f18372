import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, onTestFinished } from 'vitest'

/** Databases of projects that have never seen the engine, on one Postgres. Roles are those of all of them. */
export interface Projects {
  /** Opens an empty database with a schema. */
  readonly openPlain: (schema: string) => Promise<Client>
  /** Opens a database with what a Supabase project has, and a schema. */
  readonly openSupabase: (schema: string) => Promise<Client>
  /** Connects to the database that was opened last. */
  readonly connectAgain: () => Promise<Client>
}

/** Starts a Postgres for the tests of a file. */
export function useProjects(): Projects {
  let connect: (name: string) => Promise<Client>
  let stop: () => Promise<void>
  let opened = 0
  beforeAll(async () => {
    const server = await startTestPostgres({ migrationsDirectory: null })
    stop = () => server.stop()
    connect = async (name) => {
      const client = new Client({ connectionString: server.url.replace(/postgres$/, name) })
      await client.connect()
      return client
    }
    // While somebody is connected to a database, it cannot be copied.
    const admin = await connect('template1')
    await admin.query('create database supabase template postgres')
    await admin.end()
  })
  afterAll(() => stop())

  const connectInTest = async (name: string): Promise<Client> => {
    const client = await connect(name)
    onTestFinished(() => client.end())
    return client
  }
  const open = async (template: string, schema: string): Promise<Client> => {
    opened += 1
    const admin = await connectInTest('postgres')
    await admin.query(`create database project_${opened} template ${template}`)
    const client = await connectInTest(`project_${opened}`)
    await client.query(schema)
    return client
  }
  return {
    openPlain: (schema) => open('template1', schema),
    openSupabase: (schema) => open('supabase', schema),
    connectAgain: () => connectInTest(`project_${opened}`),
  }
}
