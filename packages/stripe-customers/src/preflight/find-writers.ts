import type { ProfileTable } from '../sql/generate-sql.ts'
import type { PreflightFacts } from './read-facts.ts'

/** Finds roles of the Data API that can write the customer, and returns the statements that prevent it. Pure. */
export function findWriters({ writers, name }: PreflightFacts, { table, customer }: ProfileTable): string[] {
  if (writers.length === 0) return []
  const roles = unique(writers.map(({ role }) => role))
  const commands = unique(writers.map(({ command }) => command))
  const revoke = `revoke ${commands.join(', ')} on ${name ?? table} from ${roles.join(', ')};`
  const grants = roles.flatMap((role) => {
    const rights = writers
      .filter((writer) => writer.role === role && writer.others.length > 0)
      .map(({ command, others }) => `${command} (${others.join(', ')})`)
    return rights.length === 0 ? [] : `grant ${rights.join(', ')} on ${name ?? table} to ${role};`
  })
  return [
    `${roles.join(' and ')} can ${commands.join(' and ')} ${table}.${customer}, so a user could take the customer of another user. Allow only the other columns: ${[revoke, ...grants].join(' ')}`,
  ]
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)]
}
