import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { PGlite } from '@electric-sql/pglite'
import { pgtap } from '@electric-sql/pglite/pgtap'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../../src/testing/create-test-database.ts'
import { startTestPostgres, type TestPostgres } from '../../src/testing/start-test-postgres.ts'

const testsDirectory = new URL('../../../../supabase/tests/', import.meta.url)
const files = readdirSync(testsDirectory).filter((name) => name.endsWith('.sql'))

/** `supabase test db` has pgTAP in this schema, and this is the search path of a hosted database. */
const searchPath = 'set search_path = "$user", public, extensions'

/** Runs a script, and returns the rows of each of its statements. */
type Run = (script: string) => Promise<Record<string, unknown>[][]>

let pglite: PGlite
let server: TestPostgres
let sql: Sql

beforeAll(async () => {
  ;[pglite, server] = await Promise.all([createTestDatabase({ extensions: { pgtap } }), startTestPostgres()])
  sql = postgres(server.url, { max: 1, onnotice: () => {} })
  await sql.unsafe(`set search_path = extensions; ${await readPgtapScript()}; ${searchPath}`).simple()
  await pglite.exec(`create extension pgtap with schema extensions; ${searchPath}`)
})

afterAll(async () => {
  await Promise.all([pglite.close(), sql.end()])
  await server.stop()
})

it('finds the tests', () => expect(files).not.toEqual([]))

describe('pgTAP on PGlite', () => {
  it.each(files)('%s', async (file) => {
    const { passed, planned, failures } = await runFile(file, runOnPglite)
    expect(failures).toBe('')
    expect(passed).toBe(planned)
  })
})

describe('pgTAP on PostgreSQL 18', () => {
  it.each(files)('%s', async (file) => {
    const { passed, planned, failures } = await runFile(file, runOnPostgres)
    expect(failures).toBe('')
    expect(passed).toBe(planned)
  })
})

async function runOnPglite(script: string): ReturnType<Run> {
  try {
    return (await pglite.exec(script)).map(({ rows }) => rows)
  } finally {
    await pglite.exec('rollback')
  }
}

async function runOnPostgres(script: string): ReturnType<Run> {
  try {
    return await sql.unsafe<Record<string, unknown>[][]>(script).simple()
  } finally {
    await sql.unsafe('rollback').simple()
  }
}

/** Runs a file. pgTAP answers in lines of the Test Anything Protocol, one or more in each row. */
async function runFile(file: string, run: Run): Promise<{ planned: number; passed: number; failures: string }> {
  const results = await run(await readFile(new URL(file, testsDirectory), 'utf8'))
  const lines = results
    .flat()
    .flatMap((row) => Object.values(row))
    .filter((value) => typeof value === 'string')
    .flatMap((value) => value.split('\n'))
  return {
    planned: Number(lines.find((line) => /^1\.\.\d+$/.test(line))?.slice('1..'.length)),
    passed: lines.filter((line) => /^ok \d+/.test(line)).length,
    failures: lines.filter((line) => /^(not ok|#)/.test(line)).join('\n'),
  }
}

/** Reads the SQL of pgTAP from PGlite, so that the server does not need an installed extension. */
async function readPgtapScript(): Promise<string> {
  const { rows } = await pglite.query<{ script: string }>(`
    select pg_read_file(config.setting || '/extension/pgtap--' || extension.default_version || '.sql') as script
    from pg_config as config, pg_available_extensions as extension
    where config.name = 'SHAREDIR' and extension.name = 'pgtap'
  `)
  return rows[0]!.script
}
