import { relative } from 'node:path'
import type { Sandbox } from './sandbox-options.ts'

/** Describes where each part of a sandbox is, one line per part. The text holds no secret. */
export function describeSandbox({ supabase, stripe, github }: Pick<Sandbox, 'supabase' | 'stripe' | 'github'>): string {
  const notStarted = 'not started, because another one is configured'
  return [
    `Supabase  ${supabase?.url ?? notStarted}`,
    `Stripe    ${stripe === null ? notStarted : `${stripe.url} (open it to see the customers)`}`,
    `GitHub    ${github?.url ?? notStarted}`,
    `E-mail    ${supabase === null ? 'sent by Supabase' : `saved as files in ${shortenPath(supabase.mailDirectory)}`}`,
  ].join('\n')
}

/** Returns a path as you would type it in the working directory. */
function shortenPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}
