import { createKeyring, hashKey } from '../../../src/index.ts'
import { createMemoryStore } from '../../../src/stores/memory.ts'
import { scenarioEnvironment as env } from './adapter-scenarios.ts'
import { makeKeyedVerifier } from './make-keyed-verifier.ts'

/** Creates the verifier of `/keyed` from the source; `next-app/verifiers.js` creates it from the build. */
export function createKeyedVerifier() {
  return makeKeyedVerifier(
    { createKeyring, hashKey, createMemoryStore },
    {
      allowed: env.SCENARIO_API_KEY,
      narrow: env.SCENARIO_NARROW_API_KEY,
      unreadable: env.SCENARIO_UNREADABLE_API_KEY,
    },
  )
}
