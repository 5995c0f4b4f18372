import 'server-only'
import type { User } from '@supabase/supabase-js'
import { log } from '#server/log.ts'

/**
 * Logs that a user has signed in. A refused sign-in is `auth.refused`, `auth.return_refused` or `auth.throttled`.
 *
 * @param method `return` is the way back from GitHub, or from a link of Supabase's own; `link` is that of an e-mail
 */
export function logSignIn(method: 'password' | 'return' | 'link' | 'sign_up', { id }: Pick<User, 'id'>): void {
  log('info', 'auth.signed_in', { method, userId: id })
}
