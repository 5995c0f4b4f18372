import { relative } from 'node:path'
import type { Sandbox } from '@routekey/sandbox'

/** The user of `supabase/seed.sql`. */
const seededProfileId = '00000000-0000-4000-8000-000000000001'

/**
 * Describes what has started, where its secret is, and requests that can be pasted as they stand. It holds no secret.
 *
 * @param options.startSeconds how long the start took
 * @param options.envFile the file that holds the secret, or null when it is a variable of the environment
 */
export function describeReady(options: {
  appUrl: string
  startSeconds: number
  sandbox: Pick<Sandbox, 'supabase' | 'stripe' | 'github'>
  envFile: string | null
}): string {
  const { appUrl, startSeconds, envFile } = options
  const { supabase, stripe, github } = options.sandbox
  const body = JSON.stringify({
    type: 'INSERT',
    table: 'profile',
    schema: 'public',
    record: { id: supabase === null ? '<id of a profile>' : seededProfileId },
    old_record: null,
  })
  const place = envFile === null ? 'the environment' : shorten(envFile)
  const key = envFile === null ? '$API_ROUTE_SECRET' : `$(sed -n 's/^API_ROUTE_SECRET=//p' ${shorten(envFile)})`
  return `
Ready in ${startSeconds.toFixed(1)} s: ${appUrl}

  Supabase  ${supabase?.url ?? 'the one that is configured'}
  Stripe    ${stripe === null ? 'the one that is configured' : `${stripe.url} lists the customers`}
  GitHub    ${github?.url ?? 'the one that is configured'}
  E-mail    ${supabase === null ? 'sent by Supabase' : `${shorten(supabase.mailDirectory)} gets each message as a file`}

Sign up at ${appUrl}/login and watch your Stripe customer appear. Ctrl-C stops everything.
The route's secret is API_ROUTE_SECRET in ${place}. Without it, and with it:

  curl -i -X POST ${appUrl}/api/create-stripe-customer

  curl -i -X POST ${appUrl}/api/create-stripe-customer \\
    -H "x-api-key: ${key}" \\
    -H 'content-type: application/json' \\
    -d '${body}'
`
}

/** Gives a path as it would be typed here. */
function shorten(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}
