import 'server-only'
import { after } from 'next/server'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { createKeyring } from 'routekey'
import { createSupabaseStore } from 'routekey/stores/supabase'
import { log } from '#server/log.ts'
import { createServiceClient, supabaseTimeoutMs } from '#server/supabase.ts'
import { maximumKeys, maximumQuota, scopes } from './rules/key-rules.ts'
import { userKeyPrefix } from './rules/user-key-prefix.ts'

/** The API keys of this application's users. Reads no environment until a key is looked up. */
export const keyring = createKeyring({
  prefix: userKeyPrefix,
  scopes,
  maximumKeysPerOwner: maximumKeys,
  store: createSupabaseStore({
    client: { rpc: (name, parameters) => createServiceClient().rpc(name, parameters) },
  }),
  // Counts in this process. With several instances, give it a limiter in Postgres or Redis, so that they count together.
  limiter: new RateLimiterMemory({ points: maximumQuota, duration: 1 }),
  usage: { after },
  timeoutMs: supabaseTimeoutMs,
  logger: { error: (message) => log('error', 'keyring.failed', { error: message }) },
})
