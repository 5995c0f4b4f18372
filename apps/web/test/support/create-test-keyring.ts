import { createKeyring, type Keyring } from 'routekey'
import { createSupabaseStore } from 'routekey/stores/supabase'
import { userKeyPrefix } from '#features/keys/rules/user-key-prefix.ts'
import type { Stack } from './stack.ts'

const unused = () => Promise.reject(new Error('This keyring creates keys and does not verify them.'))

/** Creates a keyring on the database of a stack, as another process than the application's. It cannot verify keys. */
export function createTestKeyring(stack: Stack): Keyring {
  return createKeyring({
    prefix: userKeyPrefix,
    store: createSupabaseStore({ client: stack.admin }),
    // Allows keys with limits.
    limiter: { consume: unused, reward: unused },
    timeoutMs: 60_000,
  })
}
