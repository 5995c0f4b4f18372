import 'server-only'
import { after } from 'next/server'
import { createKeyring } from 'routekey'
import { limitInvalidAttempts } from 'routekey/invalid-attempts'
import { createSupabaseLimiter, createSupabaseStore, type SupabaseRpcClient } from 'routekey/stores/supabase'
import { invalidKeyLimits } from '#server/caller-address/caller-env.ts'
import { callerAddress } from '#server/caller-address/caller-address.ts'
import { log } from '#server/log.ts'
import { beforeShutdown } from '#server/shutdown.ts'
import { createServiceClient, supabaseTimeoutMs } from '#server/supabase.ts'
import { maximumKeys, maximumQuota, scopes } from './rules/key-rules.ts'
import { userKeyPrefix } from './rules/user-key-prefix.ts'

const client: SupabaseRpcClient = { rpc: (name, parameters) => createServiceClient().rpc(name, parameters) }

/** The API keys of this application's users. Reads no environment until a key is looked up. */
export const keyring = createKeyring({
  prefix: userKeyPrefix,
  scopes,
  maximumKeysPerOwner: maximumKeys,
  store: createSupabaseStore({ client }),
  limiter: createSupabaseLimiter({ client, points: maximumQuota }),
  callerIp: ({ headers }) => callerAddress(headers),
  invalidAttempts: limitInvalidAttempts(invalidKeyLimits),
  usage: { after },
  timeoutMs: supabaseTimeoutMs,
  logger: { error: (message) => log('error', 'keyring.failed', { error: message }) },
})

// Counts wait if the database did not accept them.
beforeShutdown(() => keyring.flush())
