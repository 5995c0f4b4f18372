import { estimateBits, minimumSecretBits } from './estimate-bits.ts'
import { isUsableKey } from './usable-key.ts'

/** What can be wrong with a secret, and how to fix it. These are three rows of the table of denials. */
export const secretProblems = {
  secret_unset: {
    meaning: 'The secret is unset or empty, so every request is refused.',
    remedy: 'Run `npx routekey generate <NAME>`, or set the variable where the application runs.',
  },
  secret_weak: {
    meaning: 'The secret has fewer than 128 bits, so every request is refused.',
    remedy: 'Remove the value and run `npx routekey generate <NAME>`.',
  },
  secret_unusable: {
    meaning: 'The secret has characters that a header cannot carry, so every request is refused.',
    remedy: 'Remove the value and run `npx routekey generate <NAME>`.',
  },
} as const

/** The code of such a problem, which is also the code of the denial. */
export type SecretProblem = keyof typeof secretProblems

/** Checks that a secret can be sent in a header and is strong enough. Returns null if it is. */
export function checkSecret(secret: string | undefined): SecretProblem | null {
  if (!secret) return 'secret_unset'
  if (!isUsableKey(secret)) return 'secret_unusable'
  return estimateBits(secret) < minimumSecretBits ? 'secret_weak' : null
}
