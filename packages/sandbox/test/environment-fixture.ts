import { SandboxError } from '../src/errors.ts'
import { resolveSandboxEnvironment } from '../src/environment/resolve-environment.ts'
import type { Variables } from '../src/environment/variables.ts'
import type { Sandbox } from '../src/sandbox-options.ts'

/** A sandbox on its default ports. */
export const sandboxValues: Sandbox = {
  supabase: {
    url: 'http://127.0.0.1:54321',
    publishableKey: 'sb_publishable_sandbox_1',
    secretKey: 'sb_secret_sandbox_1',
    mailDirectory: '.sandbox/mail',
  },
  stripe: { url: 'http://127.0.0.1:12111', secretKey: 'sk_test_sandbox_1', webhookSecret: 'whsec_sandbox_1' },
  github: { url: 'http://127.0.0.1:4001' },
  stop: async () => {},
}

/** The file after the first start. */
export const ownFile = {
  API_ROUTE_SECRET: 'generated',
  CRON_SECRET: 'generated',
  NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321',
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_sandbox_1',
  SUPABASE_SECRET_KEY: 'sb_secret_sandbox_1',
  STRIPE_SECRET_KEY: 'sk_test_sandbox_1',
  STRIPE_API_BASE: 'http://127.0.0.1:12111',
  STRIPE_WEBHOOK_SECRET: 'whsec_sandbox_1',
}

/** The variables of a hosted project. */
export const realSupabase = {
  NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co',
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_real',
  SUPABASE_SECRET_KEY: 'sb_secret_real',
}

/** Resolves an environment whose generated secrets are known. */
export function resolve(processEnv: Variables, fileValues: Variables = {}) {
  return resolveSandboxEnvironment({ processEnv, fileValues, generateSecret: () => 'generated' })
}

/** Returns the message of the error that resolving throws. It starts with the variable. */
export function messageOf(processEnv: Variables, fileValues: Variables = {}): string {
  try {
    resolve(processEnv, fileValues)
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'ERR_SANDBOX_ENVIRONMENT') return error.message
    throw error
  }
  throw new Error('resolveSandboxEnvironment did not throw.')
}
