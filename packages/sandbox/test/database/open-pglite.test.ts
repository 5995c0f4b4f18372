import { format } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPglite } from '../../src/supabase/database/open-pglite.ts'
import type { SandboxDatabase } from '../../src/supabase/database/sandbox-database.ts'
import { createGate } from '../create-gate.ts'

let database: SandboxDatabase

beforeAll(async () => {
  database = await openPglite(null)
  await database.query('create table public.entry (name text primary key)')
})

afterAll(() => database.close())

const insert = (name: string) => sql`insert into public.entry (name) values (${name})`

async function names(): Promise<unknown[]> {
  return (await database.query('select name from public.entry order by name')).rows
}

it('keeps the queries of others out of an open transaction', async () => {
  const { connection } = database
  const begun = createGate()
  const othersStarted = createGate()
  const failing = database.runRequest(() =>
    connection.runInTransaction(async (transaction) => {
      await insert('in the transaction').execute(transaction)
      begun.open()
      await othersStarted.wait()
      // A query of its own, which would let the others in if they shared the connection.
      await sql`select 1`.execute(transaction)
      throw new Error('undone')
    }),
  )
  await begun.wait()
  const others = [
    database.runRequest(() => insert('other request').execute(connection.kysely)),
    database.query(`insert into public.entry (name) values ('worker')`),
    database.runRequest(() =>
      connection.runInTransaction((transaction) => insert('other transaction').execute(transaction)),
    ),
  ]
  othersStarted.open()
  await expect(failing).rejects.toThrow('undone')
  await Promise.all(others)
  expect(await names()).toEqual([{ name: 'other request' }, { name: 'other transaction' }, { name: 'worker' }])
})

it('allows a query beside the open transaction of the same request', async () => {
  const { connection } = database
  const rows = await database.runRequest(() =>
    connection.runInTransaction(async (transaction) => {
      await insert('beside').execute(transaction)
      return sql`select 1 as one`.execute(connection.kysely)
    }),
  )
  expect(rows.rows).toEqual([{ one: 1 }])
})

it('prints an error of the database without the values of the statement', async () => {
  const { connection } = database
  const error: unknown = await insert('beside')
    .execute(connection.kysely)
    .then(
      () => null,
      (reason: unknown) => reason,
    )
  expect(format(error)).toBe('Supabase: duplicate key value violates unique constraint "entry_pkey" (23505)')
})
