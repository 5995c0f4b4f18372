import type { SandboxError } from '../errors.ts'
import type { GithubApplication } from '../github/github-application.ts'
import {
  environmentError,
  isRealKey,
  isSandboxKey,
  requireVariable,
  requireVariables,
  type Sources,
} from './variables.ts'

const supabaseVariables = [
  'SUPABASE_SECRET_KEY',
  'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY',
  'NEXT_PUBLIC_SUPABASE_URL',
] as const

/**
 * Resolves the variables of a configured Supabase, or null to start the sandbox's.
 *
 * @throws `ERR_SANDBOX_ENVIRONMENT` when a variable is missing or belongs to another service
 */
export function resolveSupabase({ process, file }: Sources): Record<string, string> | null {
  const [secretKey, publishableKey, url] = supabaseVariables
  const isFileOfSandbox =
    isSandboxKey(file[secretKey]) || (file[secretKey] === undefined && isSandboxKey(file[publishableKey]))
  if (supabaseVariables.every((name) => process[name] === undefined)) {
    if (supabaseVariables.every((name) => file[name] === undefined)) return null
    if (isFileOfSandbox) {
      if (isRealKey(file[publishableKey])) throw mismatch(secretKey, publishableKey)
      if (isRemote(file[url])) throw mismatch(secretKey, url)
      return null
    }
    if (isSandboxKey(file[publishableKey])) throw mismatch(publishableKey, secretKey)
  }
  return requireVariables(supabaseVariables, isFileOfSandbox ? process : { ...file, ...process })
}

/**
 * Resolves the variables of a configured Stripe, or null to start the sandbox's.
 *
 * @param sandboxPort the port of the sandbox's Stripe
 * @throws `ERR_SANDBOX_ENVIRONMENT` when a variable is missing or belongs to another service
 */
export function resolveStripe({ process, file }: Sources, sandboxPort: number): Record<string, string> | null {
  const secretKey = 'STRIPE_SECRET_KEY'
  const apiBase = 'STRIPE_API_BASE'
  if (process[secretKey] === undefined && process[apiBase] === undefined) {
    if (file[secretKey] === undefined && file[apiBase] === undefined) return null
    if (isSandboxKey(file[secretKey])) {
      if (isRemote(file[apiBase])) throw mismatch(secretKey, apiBase)
      return null
    }
    if (file[secretKey] !== undefined && file[apiBase] === `http://127.0.0.1:${sandboxPort}`) {
      throw environmentError(
        `${apiBase} is the address of the sandbox, but ${secretKey} is not a key of the sandbox. ` +
          `Remove ${apiBase} from apps/web/.env.local to use Stripe.`,
      )
    }
  }
  const values = isSandboxKey(file[secretKey]) ? process : { ...file, ...process }
  const group = [secretKey, apiBase]
  return {
    [secretKey]: requireVariable(secretKey, group, values),
    // A key of a sandbox is valid only at that sandbox.
    [apiBase]: isSandboxKey(values[secretKey]) ? requireVariable(apiBase, group, values) : (values[apiBase] ?? ''),
  }
}

/**
 * Resolves the application that is registered at GitHub, or null to start the sandbox's GitHub.
 *
 * @throws `ERR_SANDBOX_ENVIRONMENT` when only one of its two variables is set
 */
export function resolveGithub({ process, file }: Sources): GithubApplication | null {
  const values = { ...file, ...process }
  const group = ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET']
  if (group.every((name) => values[name] === undefined)) return null
  return {
    clientId: requireVariable('GITHUB_CLIENT_ID', group, values),
    clientSecret: requireVariable('GITHUB_CLIENT_SECRET', group, values),
  }
}

function mismatch(sandboxVariable: string, otherVariable: string): SandboxError {
  return environmentError(
    `${sandboxVariable} is a value of the sandbox, but ${otherVariable} is not. In apps/web/.env.local, ` +
      `set ${sandboxVariable} to the value of that service, or remove ${otherVariable} to use the sandbox.`,
  )
}

/** Returns whether an address is not on this machine. The port does not matter: the sandbox's may have changed. */
function isRemote(url: string | undefined): boolean {
  return url !== undefined && !/^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/?$/.test(url)
}
