import 'server-only'
import { z } from 'zod'
import { publicEnv } from './env.ts'
import { log } from './log.ts'

const settingsSchema = z.object({ mailer_autoconfirm: z.boolean() })
let isReported = false

/**
 * Logs once if Supabase accepts addresses without a confirmation. Then a password that somebody else registered for an address
 * opens the account of its owner (decision 0039).
 *
 * @throws Error if Supabase Auth does not respond with its settings
 */
export async function checkConfirmations(signal: AbortSignal): Promise<void> {
  const { supabaseUrl, supabasePublishableKey } = publicEnv()
  const response = await fetch(`${supabaseUrl}/auth/v1/settings`, {
    headers: { apikey: supabasePublishableKey },
    redirect: 'error',
    signal,
  })
  if (!response.ok) throw new Error(`Supabase Auth responded ${response.status} instead of its settings`)
  const { mailer_autoconfirm: isOff } = settingsSchema.parse(await response.json())
  if (isOff && !isReported) {
    const fix =
      'Turn on “Confirm email” in the sign-in settings of Supabase Auth. Until then, accounts can be taken over.'
    log('warn', 'auth.confirmations_off', { fix })
  }
  isReported = isOff
}
