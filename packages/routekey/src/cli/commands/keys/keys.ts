import type { Command, Terminal } from '@routekey/command-line'

import { addCreate } from './create.ts'
import { addList } from './list.ts'
import { addRevoke } from './revoke.ts'
import { addRotate } from './rotate.ts'
import { addShow } from './show.ts'
import { addUsage } from './usage.ts'

/** Adds `routekey keys` and its commands. */
export function addKeys(program: Command, terminal: Terminal): void {
  const keys = program
    .command('keys')
    .usage('<command> [options]')
    .summary('Creates, lists, shows, rotates and revokes the API keys of users.')
    .description(
      "Manages the API keys of an application's users, in the database of DATABASE_URL, or else in the Supabase project of NEXT_PUBLIC_SUPABASE_URL and SUPABASE_SECRET_KEY. Variables that the environment does not set are read from .env.local.",
    )
  for (const add of [addCreate, addList, addShow, addRotate, addRevoke, addUsage]) add(keys, terminal)
}
