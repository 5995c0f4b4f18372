import 'server-only'
import { z } from 'zod'

/** Thrown when a variable that is needed is missing or malformed. The message never holds a value. */
export class EnvironmentError extends Error {
  readonly code = 'ERR_ENV_INVALID'
  /** The names of the variables at fault. */
  readonly variables: readonly string[]

  constructor(problems: readonly { variable: string; problem: string }[]) {
    const list = problems.map(({ variable, problem }) => `${variable} ${problem}`).join('; ')
    super(
      `${list}. Set it in apps/web/.env.local or in the environment; \`npm start\` fills it in for the local stack.`,
    )
    this.name = 'EnvironmentError'
    this.variables = problems.map(({ variable }) => variable)
  }
}

type Source = Readonly<Record<string, string | undefined>>

const valueSchema = z.string('is not set').min(1, 'is not set')
const address = valueSchema.pipe(
  z.url({ protocol: /^https?$/, error: 'must be an http or https address, such as https://example.supabase.co' }),
)

const publicSchema = z.object({
  NEXT_PUBLIC_SUPABASE_URL: address,
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: valueSchema,
})
const supabaseSecretSchema = z.object({ SUPABASE_SECRET_KEY: valueSchema })
const stripeSchema = z.object({
  STRIPE_SECRET_KEY: valueSchema,
  STRIPE_API_BASE: z.preprocess((base) => (base === '' ? undefined : base), address.optional()),
})
// A short one, such as a placeholder, could be guessed, and whoever knows it can delete links by forged events.
const stripeWebhookSchema = z.object({
  STRIPE_WEBHOOK_SECRET: valueSchema.pipe(
    z.string().regex(/^whsec_\S{24,}$/, 'must be the signing secret, whsec_…, that Stripe shows for the endpoint'),
  ),
})

/**
 * Reads what a browser may know: where Supabase is, and its publishable key.
 *
 * @param source the environment to read; default the process's, as it is at the call
 * @throws EnvironmentError `ERR_ENV_INVALID` when a variable is missing or malformed
 */
export function publicEnv(source: Source = processEnv()): { supabaseUrl: string; supabasePublishableKey: string } {
  const env = parse(publicSchema, source)
  return {
    supabaseUrl: env.NEXT_PUBLIC_SUPABASE_URL,
    supabasePublishableKey: env.NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY,
  }
}

/**
 * Reads the key with which the server acts as Supabase's service role, past row-level security.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when it is missing
 */
export function supabaseSecretKey(source: Source = processEnv()): string {
  return parse(supabaseSecretSchema, source).SUPABASE_SECRET_KEY
}

/**
 * Reads Stripe's key and address; no address means Stripe itself.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when the key is missing or the address malformed
 */
export function stripeEnv(source: Source = processEnv()): { secretKey: string; apiBase: URL | null } {
  const env = parse(stripeSchema, source)
  return {
    secretKey: env.STRIPE_SECRET_KEY,
    apiBase: env.STRIPE_API_BASE === undefined ? null : new URL(env.STRIPE_API_BASE),
  }
}

/**
 * Reads the secret with which Stripe signs what it sends to the webhook.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when it is missing, or nothing that Stripe gives out
 */
export function stripeWebhookSecret(source: Source = processEnv()): string {
  return parse(stripeWebhookSchema, source).STRIPE_WEBHOOK_SECRET
}

/** Tells whether this is `next dev`, where React needs `eval` and the error overlay inline styles. */
export function isDevelopment(source: Source = processEnv()): boolean {
  return source['NODE_ENV'] === 'development'
}

function parse<Schema extends z.ZodType>(schema: Schema, source: Source): z.output<Schema> {
  const result = schema.safeParse(source)
  if (result.success) return result.data
  throw new EnvironmentError(
    result.error.issues.map((issue) => ({ variable: issue.path.join('.'), problem: issue.message })),
  )
}

function processEnv(): Source {
  // The object as a whole: Next.js replaces `process.env.NEXT_PUBLIC_…` by its value at build time.
  // oxlint-disable-next-line node/no-process-env -- the one place in the application that reads the environment
  return process.env
}
