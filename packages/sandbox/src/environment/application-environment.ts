import type { Sandbox } from '../sandbox-options.ts'
import type { EnvFileChanges } from './env-file.ts'
import type { SandboxEnvironment } from './resolve-environment.ts'
import { isSandboxKey } from './variables.ts'

/** Returns the whole environment of the application. An empty variable counts as not set. */
export function applicationEnvironment(environment: SandboxEnvironment, sandbox: Sandbox): Record<string, string> {
  return { ...environment.settled, ...sandboxVariables(sandbox) }
}

/** Returns the changes of the application's `.env.local`: generated secrets, and the values of the sandbox. */
export function envFileChanges(environment: SandboxEnvironment, sandbox: Sandbox): EnvFileChanges {
  const { STRIPE_WEBHOOK_SECRET: webhookSecret, ...values } = sandboxVariables(sandbox)
  const isOfSandbox = webhookSecret !== undefined && isSandboxKey(webhookSecret)
  return {
    add: environment.generated,
    refresh: { ...values, ...(isOfSandbox && { STRIPE_WEBHOOK_SECRET: webhookSecret }) },
  }
}

function sandboxVariables({ supabase, stripe }: Sandbox): Record<string, string> {
  return {
    ...(supabase && {
      NEXT_PUBLIC_SUPABASE_URL: supabase.url,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: supabase.publishableKey,
      SUPABASE_SECRET_KEY: supabase.secretKey,
    }),
    ...(stripe && {
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_API_BASE: stripe.url,
      STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    }),
  }
}
