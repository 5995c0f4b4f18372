import { readFileSync } from 'node:fs'

import { checkSchema } from './check-schema.ts'
import { sqlFiles } from './sql-files.ts'

/** Options of {@link generateSql}. */
export interface GenerateSqlOptions {
  /** The schema of the tables and functions, which is created if there is none. Default `public`. */
  readonly schema?: string
  /** Adds what Supabase needs: grants for its roles, and policies by which owners read their keys. Default false. */
  readonly supabase?: boolean
}

/**
 * Returns the SQL that creates the tables and functions of a keyring and of its limiter, or upgrades those of an earlier version. It
 * can be applied again. Apply it in one transaction.
 *
 * @throws `ERR_CONFIG_SCHEMA`
 * @example
 * import { generateSql } from 'routekey/generate-sql'
 *
 * await client.query(generateSql({ schema: 'keys' }))
 */
export function generateSql({ schema = 'public', supabase = false }: GenerateSqlOptions = {}): string {
  const quoted = checkSchema(schema)
  const files = supabase ? [...sqlFiles, 'supabase.sql'] : sqlFiles
  // The path is the same from src, from dist and from the bundle of the command line.
  const sql = files.map((file) => readFileSync(new URL(`../../sql/${file}`, import.meta.url), 'utf8')).join('\n')
  if (schema === 'public') return sql
  const grant = supabase ? `grant usage on schema ${quoted} to authenticated, service_role;\n` : ''
  return `${createSchema(quoted)}${grant}\n${sql.replaceAll(/\bpublic\.(?=\w)/g, `${quoted}.`)}`
}

// `create schema if not exists` needs the right to create one, also where it exists.
const createSchema = (quoted: string) => `do $$
begin
  if to_regnamespace('${quoted}') is null then
    create schema ${quoted};
  end if;
end
$$;
`
