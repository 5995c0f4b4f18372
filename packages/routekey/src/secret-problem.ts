import { estimateBits, minimumSecretBits } from './estimate-bits.ts'
import { isUsableKey } from './extract-credential.ts'

/** Why a value may not serve as a secret. */
export type SecretProblem = 'secret_unset' | 'secret_weak' | 'secret_unusable'

/** Says what keeps a value from serving as a secret, or null for a good one. */
export function findSecretProblem(secret: string | undefined): SecretProblem | null {
  if (secret === undefined || secret === '') return 'secret_unset'
  if (!isUsableKey(secret)) return 'secret_unusable'
  return estimateBits(secret) < minimumSecretBits ? 'secret_weak' : null
}
