import { estimateBits, minimumSecretBits } from './estimate-bits.ts'
import { isUsableKey } from './usable-text.ts'

/** Why a value may not serve as a secret. */
export const secretProblems = {
  secret_unset: {
    meaning: 'The variable that holds the secret is unset or empty, so every request is refused.',
    remedy: 'Run `npx routekey generate <NAME>`, or set the variable where the application is hosted.',
  },
  secret_weak: {
    meaning: 'The secret has fewer than 128 bits by its length and alphabet, so every request is refused.',
    remedy: 'Remove the value and run `npx routekey generate <NAME>`.',
  },
  secret_unusable: {
    meaning: 'The secret has a character that a header cannot carry intact, so every request is refused.',
    remedy: 'Remove the value and run `npx routekey generate <NAME>`.',
  },
} as const

/** The code of such a problem. */
export type SecretProblem = keyof typeof secretProblems

/** Says what keeps a value from serving as a secret, or null for a good one. */
export function findSecretProblem(secret: string | undefined): SecretProblem | null {
  if (secret === undefined || secret === '') return 'secret_unset'
  if (!isUsableKey(secret)) return 'secret_unusable'
  return estimateBits(secret) < minimumSecretBits ? 'secret_weak' : null
}
