import { z } from 'zod'
import { SandboxError } from '../../errors.ts'
import type { SqlClient } from './sql-client.ts'

const findingsSchema = z.tuple([
  z.object({ superuser: z.boolean(), extension: z.string().nullable(), taken: z.array(z.string()) }),
])

/** The version of `pg_net` in a database that the sandbox has prepared starts with this. */
export const versionPrefix = 'sandbox'

/**
 * Checks, without a change, that the sandbox can prepare a database: the role is a superuser, and the database is empty or
 * was prepared by a sandbox.
 *
 * @returns the version with which it was prepared; null for an empty database
 * @throws `ERR_SANDBOX_DATABASE` that says what to use instead
 */
export async function checkDatabase(client: SqlClient): Promise<string | null> {
  const { rows } = await client.query(`
    select
      (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as superuser,
      (select extversion from pg_catalog.pg_extension where extname = 'pg_net') as extension,
      array(
        select 'schema ' || nspname from pg_catalog.pg_namespace where nspname in ('auth', 'net', 'vault')
        union all
        select 'table ' || oid::regclass::text from pg_catalog.pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
          -- Not those of an extension.
          and not exists (select from pg_catalog.pg_depend where objid = pg_class.oid and deptype = 'e')
        order by 1
        limit 3
      ) as taken
  `)
  const [{ superuser, extension, taken }] = findingsSchema.parse(rows)
  if (extension !== null && !extension.startsWith(versionPrefix)) {
    throw databaseError(
      'The database of DATABASE_URL has pg_net, so it belongs to a Supabase project. Set NEXT_PUBLIC_SUPABASE_URL, ' +
        'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY to use that project, or unset DATABASE_URL.',
    )
  }
  if (extension === null && taken.length > 0) {
    throw databaseError(
      `The database of DATABASE_URL is not empty: it has the ${taken.join(', the ')}. The sandbox creates the schemas of a ` +
        'Supabase project (auth, net, vault) and the tables of the migrations, and changes no database of others. Create an ' +
        'empty database, or unset DATABASE_URL.',
    )
  }
  if (!superuser) {
    throw databaseError(
      'The role of DATABASE_URL is not a superuser, and the sandbox creates the roles and schemas of a Supabase project. Use a ' +
        'superuser, or unset DATABASE_URL.',
    )
  }
  return extension
}

/** Returns the error for a Postgres that does not accept the connection. */
export function connectionError(cause: unknown): SandboxError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return databaseError(
    `The Postgres of DATABASE_URL does not accept the connection: ${reason}. Start it, or correct the address, the role and ` +
      'the password (postgres://user:password@host:5432/database), or unset DATABASE_URL.',
    { cause },
  )
}

function databaseError(message: string, options?: ErrorOptions): SandboxError {
  return new SandboxError('ERR_SANDBOX_DATABASE', message, options)
}
