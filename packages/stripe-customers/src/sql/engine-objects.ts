import { generateSql, type ProfileTable } from './generate-sql.ts'

/** What the SQL of the engine creates in a database. Names of the schema `public`, and triggers with their tables, quoted if the SQL quotes them. */
export interface EngineObjects {
  readonly tables: readonly string[]
  readonly views: readonly string[]
  readonly indexes: readonly string[]
  readonly functions: readonly string[]
  /** Functions that are created only if the application does not have them, with their bodies. */
  readonly defaults: readonly { readonly name: string; readonly body: string }[]
  readonly triggers: readonly { readonly name: string; readonly table: string }[]
}

const quotedName = '"(?:[^"]|"")*"'
const triggerPattern = new RegExp(
  String.raw`^\s*create (?:constraint )?trigger (\w+)\s[^;]*?\son (${quotedName}\.${quotedName}|\w+\.\w+)`,
  'gm',
)

/** Reads from the SQL for a table of profiles what it creates, so that uninstalling and the preflight know of nothing else. */
export function listEngineObjects(profiles: ProfileTable): EngineObjects {
  const sql = generateSql(profiles)
  const names = (pattern: RegExp): string[] => [...new Set([...sql.matchAll(pattern)].map(([, name = '']) => name))]
  const bodies = /^\s*create function public\.(\w+)\(.*?\bas (?:\$function\$(.*?)\$function\$|'([^']*)');/gms
  return {
    tables: names(/^\s*create table (?:if not exists )?public\.(\w+)/gm),
    views: names(/^\s*create (?:or replace )?view public\.(\w+)/gm),
    indexes: names(/^\s*create (?:unique )?index (?:if not exists )?(\w+)/gm),
    functions: names(/^\s*create or replace function public\.(\w+)/gm),
    defaults: [...sql.matchAll(bodies)].map(([, name = '', long, short = '']) => ({ name, body: long ?? short })),
    triggers: [...sql.matchAll(triggerPattern)].map(([, name = '', table = '']) => ({ name, table })),
  }
}
