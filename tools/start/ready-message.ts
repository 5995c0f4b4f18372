import { relative } from 'node:path'
import { describeSandbox, type Sandbox } from '@routekey/sandbox'

/** The user of `supabase/seed.sql`. */
const seededProfileId = '00000000-0000-4000-8000-000000000001'

/**
 * Describes what has started, where the secret is, and requests to paste. It contains no secret.
 *
 * @param options.startSeconds how long the start took
 * @param options.envFile the file with the secret, or null if the secret is an environment variable
 */
export function describeReady(options: {
  appUrl: string
  startSeconds: number
  sandbox: Pick<Sandbox, 'supabase' | 'stripe' | 'github'>
  envFile: string | null
}): string {
  const { appUrl, startSeconds, envFile } = options
  const body = JSON.stringify({
    type: 'INSERT',
    table: 'profile',
    schema: 'public',
    record: { id: options.sandbox.supabase === null ? '<id of a profile>' : seededProfileId },
    old_record: null,
  })
  const place = envFile === null ? 'the environment' : shorten(envFile)
  // Through a pipe, because everyone on the machine can list the arguments of a process. `printf` is part of the shell.
  const header =
    envFile === null
      ? `printf 'x-api-key: %s' "$API_ROUTE_SECRET"`
      : `sed -n 's/^API_ROUTE_SECRET=/x-api-key: /p' ${shorten(envFile)}`
  return `
Ready in ${startSeconds.toFixed(1)} s: ${appUrl}

${describeSandbox(options.sandbox).replaceAll(/^/gm, '  ')}

Sign up at ${appUrl}/login and watch your Stripe customer appear. Ctrl-C stops everything.
The route's secret is API_ROUTE_SECRET in ${place}. Without it, and with it:

  curl -i -X POST ${appUrl}/api/create-stripe-customer

  ${header} |
    curl -i -X POST ${appUrl}/api/create-stripe-customer -H @- \\
    -H 'content-type: application/json' \\
    -d '${body}'
`
}

/** Returns the path relative to the working directory, if it is below. */
function shorten(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}
