import { isEnvironmentName } from '../known/names.ts'
import type { SecretUse } from '../values/parts.ts'
import { environmentVariable } from './members.ts'
import { type Value, valueOf } from '../values/value.ts'

const variableName = /^[A-Z][A-Z0-9_]*$/

/** The variables that a schema describes, as in `z.object({ CRON_SECRET: z.string().min(16) })`. */
export function schemaMembers(args: readonly Value[], depth = 3): ReadonlyMap<string, Value> | null {
  const members = new Map<string, Value>()
  for (const arg of args) {
    for (const [name, value] of arg.members ?? []) {
      if (variableName.test(name) && value.external !== null) members.set(name, value)
      else if (depth > 0 && value.members !== null)
        for (const entry of schemaMembers([value], depth - 1) ?? []) members.set(...entry)
    }
  }
  return members.size === 0 ? null : members
}

/** The variables that a schema has validated: set, unless the schema lets them be missing. */
export function validatedMembers(schema: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  return new Map(
    [...schema].map(([name, { external, flags, secrets }]) => {
      const known = flags !== 0 || secrets.length > 0
      const value = isEnvironmentName(name)
        ? environmentVariable(name)
        : valueOf({ secrets: [{ name, form: formOf(external?.path ?? '', known) }] })
      return [name, value] as const
    }),
  )
}

function formOf(path: string, isKnown: boolean): SecretUse['form'] {
  if (/\b(?:optional|nullish|nullable)\b/.test(path) || isKnown) return 'plain'
  return /\bdefault\b/.test(path) ? 'default' : 'sure'
}
