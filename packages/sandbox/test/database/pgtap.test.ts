import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { pgtap } from '@electric-sql/pglite/pgtap'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../../src/testing/test-database.ts'
import { startTestPostgres, type TestPostgres } from '../../src/testing/test-postgres.ts'

const testsDirectory = new URL('../../../../supabase/tests/', import.meta.url)
const files = readdirSync(testsDirectory).filter((name) => name.endsWith('.sql'))

/** Where `supabase test db` has pgTAP, and the search path of a hosted database. */
const searchPath = 'set search_path = "$user", public, extensions'

/** Runs a script and gives the rows of each of its statements. */
type Run = (script: string) => Promise<{ rows: Record<string, unknown>[] }[]>

/** What a file of tests said: pgTAP answers in lines of the Test Anything Protocol, one or more in each row. */
async function runFile(run: Run, file: string): Promise<{ planned: number; passed: string[]; failures: string }> {
  const results = await run(await readFile(new URL(file, testsDirectory), 'utf8'))
  const lines = results
    .flatMap(({ rows }) => rows.flatMap((row) => Object.values(row)))
    .filter((value) => typeof value === 'string')
    .flatMap((value) => value.split('\n'))
  return {
    planned: Number(lines.find((line) => /^1\.\.\d+$/.test(line))?.slice('1..'.length)),
    passed: lines.filter((line) => /^ok \d+/.test(line)),
    failures: lines.filter((line) => /^(not ok|#)/.test(line)).join('\n'),
  }
}

/** Registers one test for each file. */
function itPasses(database: { run: Run }): void {
  it.each(files)('%s', async (file) => {
    const { planned, passed, failures } = await runFile((script) => database.run(script), file)
    expect(failures).toBe('')
    expect(passed).toHaveLength(planned)
  })
}

it('finds the tests', () => expect(files).not.toEqual([]))

describe('pgTAP on PGlite', () => {
  let database: PGlite
  const run: Run = async (script) => {
    try {
      return await database.exec(script)
    } finally {
      await database.exec('rollback')
    }
  }
  beforeAll(async () => {
    database = await createTestDatabase({ extensions: { pgtap } })
    await database.exec(`create extension pgtap with schema extensions; ${searchPath}`)
  })
  afterAll(() => database.close())
  itPasses({ run })
})

describe('pgTAP on PostgreSQL 18', () => {
  let server: TestPostgres
  let client: Client
  const run: Run = async (script) => {
    try {
      // Several statements give several results, which the types do not tell.
      return [await client.query(script)].flat()
    } finally {
      await client.query('rollback')
    }
  }
  beforeAll(async () => {
    const [started, pgtapScript] = await Promise.all([startTestPostgres(), readPgtapScript()])
    server = started
    client = new Client({ connectionString: server.url })
    await client.connect()
    await client.query('set search_path = extensions')
    await client.query(pgtapScript)
    await client.query(searchPath)
  })
  afterAll(async () => {
    await client.end()
    await server.stop()
  })
  itPasses({ run })
})

/** Reads pgTAP out of PGlite's own copy, which is plain SQL, so that the server needs no extension installed. */
async function readPgtapScript(): Promise<string> {
  const database = await PGlite.create({ extensions: { pgtap } })
  const { rows } = await database.query<{ script: string }>(`
    select pg_read_file(config.setting || '/extension/pgtap--' || extension.default_version || '.sql') as script
    from pg_config as config, pg_available_extensions as extension
    where config.name = 'SHAREDIR' and extension.name = 'pgtap'
  `)
  await database.close()
  return rows[0]!.script
}
