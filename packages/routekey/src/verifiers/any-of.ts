import { type Denial, invalidKey } from '../guard/denial.ts'
import { RoutekeyError } from '../errors.ts'
import { restrictCredential } from '../guard/extract-credential.ts'
import { defaultSources } from '../guard/key-source.ts'
import type { Verifier } from '../guard/verifier.ts'

// 503 first: while one verifier cannot decide, "the key is invalid" could be untrue. Then the denials of a verifier that knows the
// key or the request, and 401 last.
const precedence: readonly Denial['status'][] = [503, 429, 403, 413, 400, 401]

/**
 * Combines verifiers: a request passes if one of them accepts it. It asks them in order and stops at the first that accepts. What
 * the others counted against the request, such as an invalid attempt, is taken back. If all refuse, the denial is the first of 503,
 * 429, 403, 413, 400 and 401 that one of them returned.
 *
 * A request with a key in two places that members read is ambiguous, also if no single member reads both.
 *
 * @throws `ERR_CONFIG_VERIFIER` when called without a verifier
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
    from: members.flatMap(({ from = defaultSources }) => from),
    async verify({ request, credential }) {
      const refusals: Denial[] = []
      for (const member of members) {
        // One after the other: a verifier that counts against a limit must not run after another has accepted.
        const decision = await member.verify({
          request,
          credential: restrictCredential(credential, member.from),
        })
        if (decision.ok) return decision
        refusals.push(decision.denial)
      }
      const [denial = invalidKey] = precedence.flatMap((status) =>
        refusals.filter((refusal) => refusal.status === status),
      )
      return { ok: false, denial }
    },
  }
}
