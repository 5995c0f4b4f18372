import { constantTimeEqual, sha256 } from '#crypto'
import { processEnvironment, readVariable } from '../secret/process-environment.ts'
import { type SecretProblem, checkSecret, describeProblem } from '../secret/check-secret.ts'
import { type KeySources, parseSources } from '../guard/key-source.ts'
import type { Logger } from '../guard/logger.ts'
import { logOnce } from './log-once.ts'
import { checkSecretVariable, previousVariable } from '../secret/secret-variable.ts'
import { invalidKey } from '../guard/denial.ts'
import { type Verifier, denyCredential } from '../guard/verifier.ts'

export interface EnvSecretOptions {
  /**
   * The headers in which the secret is accepted; all others are ignored. Default `['Authorization: Bearer', 'x-api-key']`. What
   * follows the colon is the scheme before the key; without one, the key is the whole value.
   */
  readonly from?: KeySources
  /** Also accept the secret in a query parameter with the name of the variable. URLs end up in logs. Default false. */
  readonly query?: boolean
  /** The environment, read at each request: any object with variables, such as the bindings of a worker. Default `process.env`. */
  readonly env?: object
  /** Default `console`. */
  readonly logger?: Logger
}

/** A caller that has the secret of an environment variable. */
export interface SecretCaller {
  readonly kind: 'secret'
  readonly variable: string
  /** `previous` if the caller still uses the secret from before a rotation. */
  readonly generation: 'current' | 'previous'
}

interface Secret {
  readonly value: string | undefined
  readonly problem: SecretProblem | null
  readonly hash: Uint8Array
}

const resolveSecret = (value: string | undefined): Secret => ({
  value,
  problem: checkSecret(value),
  hash: sha256(value ?? ''),
})

/** Checks and hashes a secret only after it changed. */
const refresh = (known: Secret, value: string | undefined) => (known.value === value ? known : resolveSecret(value))

/**
 * Creates a verifier that accepts the secret in an environment variable. While `<NAME>_PREVIOUS` is set, that secret passes too, so
 * a rotation breaks no caller.
 *
 * It fails closed: if the variable is unset, empty, weak (under 128 bits) or unusable, every request gets a 503, and the log says
 * once how to fix it. A weak `<NAME>_PREVIOUS` is ignored and logged. The environment is read at each request, never on import.
 *
 * @throws `ERR_CONFIG_VARIABLE`, `ERR_CONFIG_SOURCE`
 * @example
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/next'
 *
 * export const POST = withKey(envSecret('API_ROUTE_SECRET'), async () => Response.json({ done: true }))
 */
export function envSecret(variable: string, options: EnvSecretOptions = {}): Verifier<SecretCaller> {
  checkSecretVariable(variable)
  const { query, logger = console } = options
  const headers = parseSources(options.from)
  const from = query ? [...headers, `?${variable}`] : headers
  const previousName = previousVariable(variable)
  let current = resolveSecret(undefined)
  let previous = current

  return {
    from,
    verify({ credential }) {
      const env = options.env ?? processEnvironment()
      current = refresh(current, readVariable(env, variable))
      previous = refresh(previous, readVariable(env, previousName))
      const { problem } = current

      if (problem !== null) {
        logOnce(logger, variable, describeProblem(problem, variable))
        return { ok: false, denial: { status: 503, code: problem, variable } }
      }
      if (previous.value && previous.problem !== null) {
        logOnce(logger, previousName, 'It is ignored because it is weak or unusable. Remove it.')
      }
      if (credential.kind !== 'key') return denyCredential(credential.kind)

      // The hashes hide the length of the secret. During a rotation both comparisons run, so the time does not show which one matched.
      const presented = sha256(credential.key)
      const isCurrent = constantTimeEqual(presented, current.hash)
      const isPrevious = previous.problem === null && constantTimeEqual(presented, previous.hash)
      if (!isCurrent && !isPrevious) return { ok: false, denial: invalidKey }
      return { ok: true, caller: { kind: 'secret', variable, generation: isCurrent ? 'current' : 'previous' } }
    },
  }
}
