import 'server-only'
import { z } from 'zod'
import { defaultRequestBounds, type RequestBounds } from './request-filter/request-bounds.ts'

/** Thrown if a required variable is missing or invalid. The message never contains a value. */
export class EnvironmentError extends Error {
  readonly code = 'ERR_ENV_INVALID'
  /** The names of the invalid variables. */
  readonly variables: readonly string[]

  constructor(problems: readonly { variable: string; problem: string }[]) {
    const list = problems.map(({ variable, problem }) => `${variable} ${problem}`).join('; ')
    super(`${list}. Set it in apps/web/.env.local, or run \`npm start\`, which sets it for the local stack.`)
    this.name = 'EnvironmentError'
    this.variables = problems.map(({ variable }) => variable)
  }
}

/** Environment variables by name. */
export type Source = Readonly<Record<string, string | undefined>>

// A value that was pasted or piped often ends with a newline, which no header can carry.
const valueSchema = z.string('is not set').trim().min(1, 'is not set')
const urlSchema = valueSchema
  .pipe(z.url({ protocol: /^https?$/, error: 'must be an http or https URL, such as https://example.supabase.co' }))
  // `fetch` refuses them with an error that shows the URL.
  .pipe(
    z.string().refine((text) => {
      const { username, password } = new URL(text)
      return username === '' && password === ''
    }, 'must not have a user name or a password'),
  )

/** A key of another kind, or one in quotes, would fail at each call, as if the service were unreachable. */
const keySchema = (shape: RegExp, kind: string) =>
  valueSchema.pipe(z.string().regex(shape, `must be ${kind}, without quotes or spaces`))

const publicSchema = z.object({
  NEXT_PUBLIC_SUPABASE_URL: urlSchema,
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: keySchema(
    /^(?:sb_publishable_[\w-]+|[\w-]+(?:\.[\w-]+){2})$/,
    'the publishable key (sb_publishable_…) or the anon key (a JWT) of Supabase',
  ),
})
const supabaseSecretSchema = z.object({
  SUPABASE_SECRET_KEY: keySchema(
    /^(?:sb_secret_[\w-]+|[\w-]+(?:\.[\w-]+){2})$/,
    'the secret key (sb_secret_…) or the service_role key (a JWT) of Supabase',
  ),
})
const stripeSchema = z.object({
  STRIPE_SECRET_KEY: keySchema(/^[sr]k_\w+$/, 'a secret key (sk_…) or a restricted key (rk_…) of Stripe'),
  STRIPE_API_BASE: z.preprocess((base) => (base === '' ? undefined : base), urlSchema.optional()),
})
// A short secret, such as a placeholder, can be guessed, and an attacker who knows it can delete links with forged events.
const stripeWebhookSchema = z.object({
  STRIPE_WEBHOOK_SECRET: keySchema(
    /^whsec_[\w+/=-]{24,}$/,
    'the signing secret (whsec_…) that Stripe shows for the endpoint',
  ),
})

const bound = (fallback: number, maximum: number) =>
  z.preprocess(
    (value) => (value === undefined || value === '' ? fallback : Number(value)),
    z
      .int(`must be a whole number from 1 to ${maximum}`)
      .min(1, `must be at least 1`)
      .max(maximum, `must be at most ${maximum}`),
  )
// Node refuses more than 16 KiB of headers, the URL included, and more than 2000 header fields.
const boundsSchema = z.object({
  MAX_URL_LENGTH: bound(defaultRequestBounds.urlLength, 16_384),
  MAX_QUERY_PARAMETERS: bound(defaultRequestBounds.queryParameters, 1000),
  MAX_HEADERS: bound(defaultRequestBounds.headers, 1000),
  MAX_COOKIES: bound(defaultRequestBounds.cookies, 1000),
})

/**
 * Reads the public configuration: the URL of Supabase and its publishable key.
 *
 * @param source the environment; default the current environment of the process
 * @throws `ERR_ENV_INVALID` if a variable is missing or invalid
 */
export function publicEnv(source: Source = processEnv()): { supabaseUrl: string; supabasePublishableKey: string } {
  const env = parse(publicSchema, source)
  return {
    supabaseUrl: env.NEXT_PUBLIC_SUPABASE_URL,
    supabasePublishableKey: env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY,
  }
}

/**
 * Reads the key of Supabase's service role, which bypasses row-level security.
 *
 * @throws `ERR_ENV_INVALID` if it is missing
 */
export function supabaseSecretKey(source: Source = processEnv()): string {
  return parse(supabaseSecretSchema, source).SUPABASE_SECRET_KEY
}

/**
 * Reads Stripe's key, its mode and the API base; null means Stripe itself.
 *
 * @throws `ERR_ENV_INVALID` if the key is missing or the base is not a URL
 */
export function stripeEnv(source: Source = processEnv()): {
  secretKey: string
  livemode: boolean
  apiBase: URL | null
} {
  const env = parse(stripeSchema, source)
  return {
    secretKey: env.STRIPE_SECRET_KEY,
    livemode: !/^.k_test_/.test(env.STRIPE_SECRET_KEY),
    apiBase: env.STRIPE_API_BASE === undefined ? null : new URL(env.STRIPE_API_BASE),
  }
}

/**
 * Reads the secret with which Stripe signs webhook requests.
 *
 * @throws `ERR_ENV_INVALID` if it is missing or does not look like one of Stripe's
 */
export function stripeWebhookSecret(source: Source = processEnv()): string {
  return parse(stripeWebhookSchema, source).STRIPE_WEBHOOK_SECRET
}

/**
 * Reads what one request may ask for.
 *
 * @throws `ERR_ENV_INVALID` if a bound is not a whole number in its range
 */
export function requestBounds(source: Source = processEnv()): RequestBounds {
  const env = parse(boundsSchema, source)
  return {
    urlLength: env.MAX_URL_LENGTH,
    queryParameters: env.MAX_QUERY_PARAMETERS,
    headers: env.MAX_HEADERS,
    cookies: env.MAX_COOKIES,
  }
}

/** Whether this process serves the build, and neither makes it nor runs `next dev`. */
export function isServing(source: Source = processEnv()): boolean {
  return source['NODE_ENV'] === 'production' && source['NEXT_PHASE'] !== 'phase-production-build'
}

/** Whether this is `next dev`, where React needs `eval` and the error overlay needs inline styles. */
export function isDevelopment(source: Source = processEnv()): boolean {
  return source['NODE_ENV'] === 'development'
}

/**
 * Parses variables with a schema, for files that read more of them.
 *
 * @throws `ERR_ENV_INVALID`, with every variable that is invalid
 */
export function parse<Schema extends z.ZodType>(schema: Schema, source: Source): z.output<Schema> {
  const result = schema.safeParse(source)
  if (result.success) return result.data
  throw new EnvironmentError(
    result.error.issues.map((issue) => ({ variable: issue.path.join('.'), problem: issue.message })),
  )
}

/** Returns the environment of the process. */
export function processEnv(): Source {
  // The whole object, because Next.js replaces `process.env.NEXT_PUBLIC_…` with its value at build time.
  // oxlint-disable-next-line node/no-process-env -- the only place in the application that reads the environment
  return process.env
}
