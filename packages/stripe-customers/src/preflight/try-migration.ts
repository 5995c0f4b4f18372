import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { listEngineObjects } from '../sql/engine-objects.ts'
import { generateSql, type ProfileTable } from '../sql/generate-sql.ts'
import { quoteIdentifier, quoteLiteral, quoteTable } from '../sql/quote.ts'
import type { PostgresClient } from '../store/postgres-functions.ts'
import { isSqlstate } from '../store/sqlstate.ts'
import type { PreflightFacts } from './read-facts.ts'

/** What became of the migration when it was tried. Everything was rolled back. */
export type Trial =
  /** `row`: why no row was written for it, or null. */
  | { readonly outcome: 'applied'; readonly untestedRow: string | null }
  /** The error of the database. */
  | { readonly outcome: 'refused'; readonly step: 'migration' | 'row'; readonly code: string; readonly message: string }

type Run = (sql: string) => Promise<{ rows: unknown[] }>

/** As long as the id of a customer, and not one. */
const customerId = 'cus_preflight00000'

/**
 * Applies the migration in a transaction, writes a row as a sign-up and the engine do, and rolls back. No trigger of the project
 * runs, no request is sent, and no sequence advances.
 *
 * @param client one connection, which is not in a transaction
 * @throws What the client throws, if the connection is lost.
 */
export async function tryMigration(
  client: PostgresClient,
  profiles: ProfileTable,
  facts: PreflightFacts,
): Promise<Trial> {
  const run: Run = (sql) => client.query(sql, [])
  await run('begin')
  let trial: Trial
  try {
    // The table is locked until the end. Its users must not wait for long: in a deadlock, they would have to wait for 1 s.
    await run(
      `select set_config('lock_timeout', '500ms', true), set_config('statement_timeout', '10s', true), set_config('stripe_customers.repairing', 'on', true)`,
    )
    trial = await applyAndWrite(run, profiles, facts)
  } catch (error) {
    // If the connection is lost, so is the transaction, and the first error says why.
    await run('rollback').catch(() => {})
    throw error
  }
  await run('rollback')
  return trial
}

async function applyAndWrite(run: Run, profiles: ProfileTable, facts: PreflightFacts): Promise<Trial> {
  const table = quoteTable(profiles.table)
  let target: Target = { id: null, why: `${facts.role} does not own the table` }
  try {
    if (facts.is_owner) {
      await run(`alter table ${table} disable trigger user`)
      target = await findTarget(run, profiles, facts)
    }
    await run(generateSql(profiles))
  } catch (error) {
    return refuse('migration', error)
  }
  if (target.id === null) return { outcome: 'applied', untestedRow: target.why }
  try {
    for (const trigger of listEngineObjects(profiles).triggers)
      if (trigger.table === table) await run(`alter table ${table} enable trigger ${trigger.name}`)
    if (target.insert !== null) await run(target.insert)
    await run(writeLink(profiles, target))
  } catch (error) {
    return refuse('row', error)
  }
  return { outcome: 'applied', untestedRow: null }
}

function refuse(step: 'migration' | 'row', error: unknown): Trial {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // The connection is lost.
  if (!(error instanceof Error) || !isSqlstate(code) || code.startsWith('08') || code.startsWith('57P')) throw error
  return { outcome: 'refused', step, code, message: error.message }
}

/** The row to write: a new one, one that exists, or none. */
type Target = { readonly id: string; readonly insert: string | null } | { readonly id: null; readonly why: string }

/** Inserts a row while no trigger is there, to learn whether the table takes one. Often it needs a user, and then a row that exists serves. */
async function findTarget(run: Run, profiles: ProfileTable, facts: PreflightFacts): Promise<Target> {
  const id = randomUUID()
  const insert = insertRow(profiles, facts, id)
  await run('savepoint plain')
  const refusal = await run(`${insert}; set constraints all immediate`).then(
    () => null,
    (error: unknown) => refuse('row', error),
  )
  await run('rollback to savepoint plain')
  if (refusal === null) return { id, insert }
  const idColumn = quoteIdentifier(profiles.id)
  const { rows } = await run(
    `select ${idColumn} as id from ${quoteTable(profiles.table)} where ${quoteIdentifier(profiles.customer)} is null limit 1`,
  )
  const [existing] = z.array(z.object({ id: z.string() })).parse(rows)
  if (existing !== undefined) return { id: existing.id, insert: null }
  return { id: null, why: 'message' in refusal ? refusal.message : '' }
}

function insertRow({ table, id, email }: ProfileTable, { columns }: PreflightFacts, newId: string): string {
  const values = new Map([[quoteIdentifier(id), quoteLiteral(newId)]])
  if (email !== undefined) values.set(quoteIdentifier(email), quoteLiteral('preflight@example.com'))
  for (const { name, numbered } of columns) {
    const column = quoteIdentifier(name)
    // Not the next value of its sequence, which a rollback would not take back.
    if (numbered) values.set(column, `(select coalesce(max(${column}), 0) + 1 from ${quoteTable(table)})`)
  }
  return `insert into ${quoteTable(table)} (${[...values.keys()].join(', ')}) overriding system value values (${[...values.values()].join(', ')})`
}

/** Writes the link as the engine does, and checks what its triggers did. */
function writeLink({ table }: ProfileTable, { id, insert }: { id: string; insert: string | null }): string {
  const inserted = `if not exists (select from public.stripe_customer_work where profile_id = '${id}' and kind = 'create') then
    raise exception '%', ${quoteLiteral(`A new row of ${table} does not become work to create a customer.`)};
  end if;`
  return `
    do $preflight$
    begin
      ${insert === null ? '' : inserted}
      update public.stripe_customer_profile set stripe_customer = '${customerId}' where id = '${id}';
      if not exists (
        select from public.stripe_customer_profile where id = '${id}' and stripe_customer = '${customerId}'
      ) then
        raise exception '%', ${quoteLiteral(`The customer of a row of ${table} does not keep a value that is written to it.`)};
      end if;
    end
    $preflight$;
    set constraints all immediate`
}
