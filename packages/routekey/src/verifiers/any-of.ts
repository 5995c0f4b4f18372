import { type Denial, invalidKey } from '../guard/denial.ts'
import { RoutekeyError } from '../errors.ts'
import { restrictCredential } from '../guard/extract-credential.ts'
import type { Verifier } from '../guard/verifier.ts'

// Which denial speaks for all. First those that may pass later or once mended, because "the key is wrong" would be untrue
// while one verifier could not look; then what a verifier said that knew the key; a wrong key last.
const precedence: readonly Denial['status'][] = [503, 429, 403, 413, 400, 401]

/**
 * Lets a request in when one of several verifiers does; asks them in order and stops at the first that agrees. When none
 * does, a 503 comes before a 429, a 403, a 413, a 400 and a 401.
 *
 * @throws `ERR_CONFIG_VERIFIER` without a verifier.
 * @example
 * import { anyOf, envSecret } from 'routekey'
 *
 * const verifier = anyOf(envSecret('API_ROUTE_SECRET'), envSecret('CRON_SECRET'))
 */
export function anyOf<Callers extends readonly unknown[]>(
  ...verifiers: { readonly [Index in keyof Callers]: Verifier<Callers[Index]> }
): Verifier<Callers[number]> {
  const members: readonly Verifier<Callers[number]>[] = verifiers
  if (members.length === 0) throw new RoutekeyError('ERR_CONFIG_VERIFIER', 'anyOf() needs at least one verifier.')

  return {
    queryParameters: [...new Set(members.flatMap((member) => member.queryParameters))],
    async verify({ request, credential }) {
      const refusals: Denial[] = []
      for (const member of members) {
        // One after the other: a verifier that counts against a limit must not run once another has agreed.
        const decision = await member.verify({
          request,
          credential: restrictCredential(credential, member.queryParameters),
        })
        if (decision.ok) return decision
        refusals.push(decision.denial)
      }
      refusals.sort((left, right) => precedence.indexOf(left.status) - precedence.indexOf(right.status))
      const [denial = invalidKey] = refusals
      return { ok: false, denial }
    },
  }
}
