import { estimateBits } from '../secret/estimate-bits.ts'
import { checkSecret, describeProblem } from '../secret/check-secret.ts'
import { generateKey } from '../key/generate-key.ts'
import { describeWebhookProblem, generateWebhookSecret, resolveWebhookSecret } from '../webhooks/webhook-secret.ts'

/** What reads a variable: `envSecret` a key, and `envWebhook` the secret with which a sender signs. */
export type SecretKind = 'key' | 'webhook'

/** The random bits of a secret that the command line generates. */
export const generatedBits = 256

const webhookName = /(?:^|_)(?:WEB)?HOOKS?(?:_|$)/i
const webhookValue = /^(?:v1,)?whsec_/

/** Finds out the kind of a secret: from its value, or from its name if the value does not say. */
export const findSecretKind = (name: string, value = ''): SecretKind =>
  webhookValue.test(value) || (webhookName.test(name) && !value.startsWith('rk_')) ? 'webhook' : 'key'

/** Generates a secret of a kind; for a webhook in the form of the current one. */
export function generateSecret(kind: SecretKind, current = ''): string {
  if (kind === 'key') return generateKey({ bits: generatedBits })
  return `${current.startsWith('v1,') ? 'v1,' : ''}${generateWebhookSecret()}`
}

/** The judgement about a secret, without the secret. */
export interface JudgedSecret {
  readonly isAccepted: boolean
  readonly text: string
}

/** Judges a secret by the rules of what reads it. */
export function judgeSecret(kind: SecretKind, name: string, secret: string | undefined): JudgedSecret {
  const problem = checkSecret(secret)
  const strong = { isAccepted: true, text: `strong, about ${Math.floor(estimateBits(secret ?? ''))} bits` }
  if (kind === 'key') return problem === null ? strong : { isAccepted: false, text: describeProblem(problem, name) }
  const keys = resolveWebhookSecret(secret)
  if (typeof keys !== 'string')
    return { isAccepted: true, text: `a webhook secret of ${8 * (keys[0]?.length ?? 0)} bits` }
  if (problem === null && keys === 'secret_unusable') {
    return { ...strong, text: `${strong.text}, as text: it needs secretEncoding: 'utf8'` }
  }
  return { isAccepted: false, text: describeWebhookProblem(keys) }
}
