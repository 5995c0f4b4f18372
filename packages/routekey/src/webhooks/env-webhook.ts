import type { Denial } from '../guard/denial.ts'
import { processEnvironment, readVariable } from '../secret/process-environment.ts'
import type { Logger } from '../guard/logger.ts'
import { originOf } from '../guard/one-request.ts'
import { logOnce } from '../verifiers/log-once.ts'
import { checkSecretVariable, previousVariable } from '../secret/secret-variable.ts'
import type { Decision, Verifier } from '../guard/verifier.ts'
import { readBody } from './read-body.ts'
import type { ReplayStore } from './replay-store.ts'
import { computeSignature, includesSignature } from './signature.ts'
import { type WebhookHead, type WebhookTime, defaultToleranceSeconds, parseWebhookHead } from './verify-webhook.ts'
import { type WebhookSecretOptions, describeWebhookProblem, resolveWebhookSecret } from './webhook-secret.ts'

export interface EnvWebhookOptions extends WebhookTime, WebhookSecretOptions {
  /** Refuses repeated attempts. Without it, anyone who captured an attempt can send it again within the tolerance. */
  readonly replayStore?: ReplayStore
  /** The largest body in bytes; a larger one is refused with 413. Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** The environment, read at each request: any object with variables, such as the bindings of a worker. Default `process.env`. */
  readonly env?: object
  /** Default `console`. */
  readonly logger?: Logger
}

/** The sender of a webhook with a valid signature. */
export interface WebhookCaller {
  readonly kind: 'webhook'
  readonly variable: string
  /** The same at each attempt to send the message. Store it with your changes, so that you make them once. */
  readonly id: string
  /** When the sender made this attempt. */
  readonly sentAt: Date
  /** `previous` if the sender still uses the secret from before a rotation. */
  readonly generation: 'current' | 'previous'
}

const replayRetrySeconds = 5

/** The attempts that each request was found to be, so that a second guard of the same request does not take it for a replay. */
const attempts = new WeakMap<object, Map<string, Promise<Denial | null>>>()

const refuse = (denial: Denial): Decision<never> => ({ ok: false, denial })

/**
 * Creates a verifier for webhooks signed by the symmetric scheme of Standard Webhooks, with the secret in an environment variable.
 * While `<NAME>_PREVIOUS` is set, that secret passes too. The verifier reads the body; the handler can read it again.
 *
 * It fails closed: if the variable is unset or not a webhook secret, or the replay store fails, every webhook gets a 503, so that
 * the sender retries. A sender may deliver a message more than once, so store `caller.id` with your changes.
 *
 * @throws `ERR_CONFIG_VARIABLE`
 * @example
 * import { withKey } from 'routekey/next'
 * import { createMemoryReplayStore, envWebhook } from 'routekey/webhooks'
 *
 * const verifier = envWebhook('PARTNER_WEBHOOK_SECRET', { replayStore: createMemoryReplayStore() })
 * export const POST = withKey(verifier, async (request, { caller }) => {
 *   await recordOnce(caller.id, await request.json())
 *   return new Response(null, { status: 204 })
 * })
 */
export function envWebhook(variable: string, options: EnvWebhookOptions = {}): Verifier<WebhookCaller> {
  checkSecretVariable(variable)
  const { replayStore, maxBodyBytes = 1024 * 1024, logger = console } = options
  const { toleranceSeconds = defaultToleranceSeconds } = options
  const previousName = previousVariable(variable)

  /** Returns null for a new attempt, or why it is refused. */
  async function rememberAttempt(attempt: string, sentAt: Date): Promise<Denial | null> {
    if (replayStore === undefined) return null
    // One more second, because timestamps are compared in whole seconds.
    const expiresAt = new Date(sentAt.getTime() + (toleranceSeconds + 1) * 1000)
    try {
      const isNew = await replayStore.remember(attempt, expiresAt)
      return isNew ? null : { status: 401, code: 'replayed_signature' }
    } catch (cause) {
      return { status: 503, code: 'store_unavailable', retryAfterSeconds: replayRetrySeconds, cause }
    }
  }

  /** Asks the replay store once for each request. */
  function rememberOnce(request: object, { id, timestamp, sentAt }: WebhookHead): Promise<Denial | null> {
    const attempt = `${variable}.${id}.${timestamp}`
    const known = attempts.get(request) ?? new Map<string, Promise<Denial | null>>()
    attempts.set(request, known)
    const denial = known.get(attempt) ?? rememberAttempt(attempt, sentAt)
    known.set(attempt, denial)
    return denial
  }

  return {
    from: [],
    async verify({ request }) {
      const env = options.env ?? processEnvironment()
      const current = resolveWebhookSecret(readVariable(env, variable), options)
      const previous = resolveWebhookSecret(readVariable(env, previousName), options)
      if (typeof current === 'string') {
        logOnce(logger, variable, describeWebhookProblem(current))
        return refuse({ status: 503, code: current, variable })
      }
      if (typeof previous === 'string' && previous !== 'secret_unset') {
        logOnce(logger, previousName, 'The value is ignored because it is not a webhook secret. Remove it.')
      }

      const head = parseWebhookHead(request.headers, options)
      if (typeof head === 'string') return refuse({ status: 401, code: head })
      const body = await readBody(request, maxBodyBytes)
      if (body === null) return refuse({ status: 413, code: 'body_too_large', maxBodyBytes })

      const isSignedWith = (keys: readonly Uint8Array[]) =>
        keys.some((key) => includesSignature(head.signatures, computeSignature(key, head, body)))
      const isCurrent = isSignedWith(current)
      const isPrevious = !isCurrent && typeof previous !== 'string' && isSignedWith(previous)
      if (!isCurrent && !isPrevious) return refuse({ status: 401, code: 'invalid_signature' })

      // After the signature, because a forged attempt must not block the real one.
      const denial = await rememberOnce(originOf(request), head)
      if (denial !== null) return refuse(denial)
      const generation = isCurrent ? 'current' : 'previous'
      return { ok: true, caller: { kind: 'webhook', variable, id: head.id, sentAt: head.sentAt, generation } }
    },
  }
}
