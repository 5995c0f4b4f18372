import { generateSql, listSignatures, type ProfileTable } from './generate-sql.ts'

/** What the SQL of the engine creates in a database. Names of the schema `public`, and triggers with their tables, quoted if the SQL quotes them. */
export interface EngineObjects {
  readonly tables: readonly string[]
  readonly views: readonly string[]
  readonly indexes: readonly string[]
  readonly functions: readonly string[]
  /** The same with their arguments, and functions of earlier versions: `public.add(a integer, b integer)`. */
  readonly signatures: readonly string[]
  /** Functions that are created only if the application does not have them, with their bodies. */
  readonly defaults: readonly { readonly name: string; readonly body: string }[]
  readonly triggers: readonly { readonly name: string; readonly table: string }[]
}

const quotedName = '"(?:[^"]|"")*"'
const triggerPattern = new RegExp(
  String.raw`^\s*create (?:or replace |constraint )?trigger (\w+)\s[^;]*?\son (${quotedName}\.${quotedName}|\w+\.\w+)`,
  'gm',
)

/** Reads from the SQL for a table of profiles what it creates, so that uninstalling and the preflight know of nothing else. */
export function listEngineObjects(profiles: ProfileTable): EngineObjects {
  const sql = generateSql(profiles)
  const names = (pattern: RegExp): string[] => [...new Set([...sql.matchAll(pattern)].map(([, name = '']) => name))]
  const functions = names(/^\s*create or replace function public\.(\w+)/gm)
  const earlier = [...sql.matchAll(/^drop function if exists (public\.\w+\([^)]*\))/gm)].map(([, one = '']) => one)
  const bodies = /^\s*create function public\.(\w+)\(.*?\bas (?:\$function\$(.*?)\$function\$|'([^']*)');/gms
  return {
    tables: names(/^\s*create table (?:if not exists )?public\.(\w+)/gm),
    views: names(/^\s*create (?:or replace )?view public\.(\w+)/gm),
    indexes: names(/^\s*create (?:unique )?index (?:if not exists )?(\w+)/gm),
    functions,
    signatures: [...new Set([...listSignatures(sql), ...earlier])].filter((one) => functions.includes(nameOf(one))),
    defaults: [...sql.matchAll(bodies)].map(([, name = '', long, short = '']) => ({ name, body: long ?? short })),
    triggers: [...sql.matchAll(triggerPattern)].map(([, name = '', table = '']) => ({ name, table })),
  }
}

function nameOf(signature: string): string {
  return signature.replace(/^public\.(\w+).*$/, '$1')
}
