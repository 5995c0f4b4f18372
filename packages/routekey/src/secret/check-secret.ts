import { estimateBits, minimumSecretBits } from './estimate-bits.ts'
import { isUsableKey } from './usable-key.ts'

/** What can be wrong with a secret. */
export const secretProblems = {
  secret_unset: 'unset or empty',
  secret_weak: 'too easy to guess',
  secret_unusable: 'not sendable in a header',
} as const

/** Says what is wrong with a secret, and how to fix it. */
export const describeProblem = (problem: SecretProblem, variable: string) =>
  `The secret is ${secretProblems[problem]}, so every request is refused. Remove it and run \`npx routekey generate ${variable}\`, or set it where the application runs.`

/** The code of such a problem, which is also the code of the denial. */
export type SecretProblem = keyof typeof secretProblems

/** Checks that a secret can be sent in a header and is strong enough. Returns null if it is. */
export function checkSecret(secret: string | undefined): SecretProblem | null {
  if (!secret) return 'secret_unset'
  if (!isUsableKey(secret)) return 'secret_unusable'
  return estimateBits(secret) < minimumSecretBits ? 'secret_weak' : null
}
