import { roleOf } from '../known/request.ts'
import type { Context } from '../machine.ts'
import { deepSecrets, type Value } from '../values/value.ts'

/**
 * Whether a verifier that the code base defines itself lets everyone in: it decides by nothing that it gets, as in
 * `{ verify: async () => ({ ok: true }) }`.
 */
export function verifiesNothing(verifier: Value | undefined, context: Context): boolean {
  if (verifier === undefined) return true
  const functions = verifier.members?.get('verify')?.functions ?? verifier.functions
  if (verifier.external !== null || functions.length === 0) return verifier.literal !== null
  return functions.every((closure) => {
    const { value, guard, throws } = context.machine.call(closure, [roleOf('request')], context, verifier)
    if (throws || guard !== null || value.guard !== null) return false
    const members = [...(value.members?.values() ?? [])]
    return !members.some((member) => member.guard !== null) && deepSecrets(value).length === 0
  })
}
