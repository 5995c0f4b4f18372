import type { Sandbox } from './sandbox-options.ts'
import { mailPath } from './supabase/mail/mail-page.ts'

/** Describes where each part of a sandbox is, one line per part. The text holds no secret. */
export function describeSandbox({ supabase, stripe, github }: Pick<Sandbox, 'supabase' | 'stripe' | 'github'>): string {
  const notStarted = 'not started, because another one is configured'
  return [
    `Supabase  ${supabase?.url ?? notStarted}`,
    `Stripe    ${stripe === null ? notStarted : `${stripe.url} (open it to see the customers)`}`,
    `GitHub    ${github?.url ?? notStarted}`,
    `E-mail    ${supabase === null ? 'sent by Supabase' : `${supabase.url}${mailPath} (open it to confirm an address)`}`,
  ].join('\n')
}
