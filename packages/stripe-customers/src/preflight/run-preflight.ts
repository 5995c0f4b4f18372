import type { ProfileTable } from '../sql/generate-sql.ts'
import type { PostgresClient } from '../store/postgres-functions.ts'
import { decidePreflight, type PreflightReport } from './decide-preflight.ts'
import { findWriters } from './find-writers.ts'
import { readFacts } from './read-facts.ts'
import { type Trial, tryMigration } from './try-migration.ts'

/**
 * Finds obstacles to the migration in a database: reads what it has and, if nothing is in the way, tries the migration and rolls it
 * back. Changes nothing.
 *
 * @param client one connection, which is not in a transaction, and whose `query` takes several statements if there are no values
 */
export async function runPreflight(client: PostgresClient, profiles: ProfileTable): Promise<PreflightReport> {
  const facts = await readFacts(client, profiles)
  const { problems, notes } = decidePreflight(facts, profiles)
  // Rights to write the customer do not make the migration fail.
  if (problems.length > findWriters(facts, profiles).length)
    return { problems, notes: [...notes, 'The migration was not tried, because of these problems.'] }
  const described = describeTrial(await tryMigration(client, profiles, facts), profiles)
  return { problems: [...problems, ...described.problems], notes: [...notes, ...described.notes] }
}

function describeTrial(trial: Trial, profiles: ProfileTable): PreflightReport {
  if (trial.outcome === 'refused') return { problems: [explainRefusal(trial, profiles)], notes: [] }
  if (trial.untestedRow === null) return { problems: [], notes: [] }
  return {
    problems: [],
    notes: [`The migration was tried, but no row was written for it: ${withoutStop(trial.untestedRow)}.`],
  }
}

function explainRefusal({ step, code, message }: Trial & { outcome: 'refused' }, { table }: ProfileTable): string {
  const reason = `${withoutStop(message)} (${code})`
  switch (code) {
    case '40P01':
    case '55P03':
      return `The migration could not be tried: others hold a lock on ${table} or auth.users. It needs that lock too. Try again when no long transaction is running.`
    case '57014':
      return `The migration could not be tried: it took longer than 10 s. Others would wait as long as that for ${table}. Apply it when nobody uses the table.`
    case '25006':
      return 'The migration could not be tried: the database is read-only. Connect to the primary.'
    case '42501':
      return `This role cannot apply the migration: ${reason}. Connect as the owner of the table and of the schema public, or as postgres.`
    case '42P07':
    case '42710':
      return `The migration fails: ${reason}. Rename or drop it.`
    default:
      return step === 'migration'
        ? `The migration fails: ${reason}. Change what the message names, and run preflight again.`
        : `After the migration, the engine could not link rows of ${table}: ${reason}. Change what the message names, and run preflight again.`
  }
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '')
}
