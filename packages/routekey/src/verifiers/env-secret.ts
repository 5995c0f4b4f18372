import { constantTimeEqual, sha256 } from '#crypto'
import { processEnvironment, readVariable } from '../secret/process-environment.ts'
import { type SecretProblem, checkSecret, secretProblems } from '../secret/check-secret.ts'
import type { Logger } from '../guard/logger.ts'
import { logOnce } from './log-once.ts'
import { previousVariable, checkSecretVariable } from '../secret/secret-variable.ts'
import { invalidKey } from '../guard/denial.ts'
import { type Verifier, denyCredential } from '../guard/verifier.ts'

/** Options of {@link envSecret}. */
export interface EnvSecretOptions {
  /** Accept the secret as a query parameter named as the variable, too. Addresses end up in logs. Default false. */
  readonly query?: boolean
  /** Where the variables are, read at each request. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default `console`. */
  readonly logger?: Logger
}

/** The caller that {@link envSecret} lets in. */
export interface SecretCaller {
  readonly kind: 'secret'
  readonly variable: string
  /** `previous` while the caller still uses the secret from before a rotation. */
  readonly generation: 'current' | 'previous'
}

const describe = (problem: SecretProblem, variable: string) =>
  `${secretProblems[problem].meaning} ${secretProblems[problem].remedy.replace('<NAME>', variable)}`

interface Secrets {
  readonly current: string | undefined
  readonly previous: string | undefined
  readonly problem: SecretProblem | null
  readonly previousProblem: SecretProblem | null
  readonly currentHash: Uint8Array
  readonly previousHash: Uint8Array | null
}

function resolveSecrets(current: string | undefined, previous: string | undefined): Secrets {
  const previousProblem = checkSecret(previous)
  return {
    current,
    previous,
    problem: checkSecret(current),
    previousProblem,
    currentHash: sha256(current ?? ''),
    previousHash: previousProblem === null ? sha256(previous ?? '') : null,
  }
}

/**
 * Verifies requests against a secret in an environment variable. While `<NAME>_PREVIOUS` is set too, either passes, so that a
 * rotation breaks nobody.
 *
 * It fails closed: when the variable is unset, empty, weak (under 128 bits) or unusable, every request is a 503, and the log
 * says once how to mend it. A weak `<NAME>_PREVIOUS` is ignored, and the log says so. The environment is read at each
 * request, never on import.
 *
 * @throws `ERR_CONFIG_VARIABLE`
 * @example
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/next'
 *
 * export const POST = withKey(envSecret('API_ROUTE_SECRET'), async () => Response.json({ done: true }))
 */
export function envSecret(variable: string, options: EnvSecretOptions = {}): Verifier<SecretCaller> {
  checkSecretVariable(variable)
  const { query = false, logger = console } = options
  const previousName = previousVariable(variable)
  let secrets: Secrets | undefined

  return {
    queryParameters: query ? [variable] : [],
    verify({ credential }) {
      const env = options.env ?? processEnvironment()
      const current = readVariable(env, variable)
      const previous = readVariable(env, previousName)
      if (secrets === undefined || secrets.current !== current || secrets.previous !== previous) {
        secrets = resolveSecrets(current, previous)
      }
      const { problem, previousProblem, currentHash, previousHash } = secrets

      if (problem !== null) {
        logOnce(logger, variable, describe(problem, variable))
        return { ok: false, denial: { status: 503, code: problem, variable } }
      }
      if (previousProblem !== null && previousProblem !== 'secret_unset') {
        logOnce(logger, previousName, 'The value is weak or unfit, and is ignored. Remove it.')
      }
      if (credential.kind !== 'key') return denyCredential(credential.kind)

      // Hashes of equal length hide the secret's length, and both comparisons always run: the time does not tell which one matched.
      const presented = sha256(credential.key)
      const isCurrent = constantTimeEqual(presented, currentHash)
      const isPrevious = constantTimeEqual(presented, previousHash ?? currentHash) && previousHash !== null
      if (!isCurrent && !isPrevious) return { ok: false, denial: invalidKey }
      return { ok: true, caller: { kind: 'secret', variable, generation: isCurrent ? 'current' : 'previous' } }
    },
  }
}
