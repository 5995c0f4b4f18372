import { createKeyring, envSecret, hashKey } from 'routekey'
import { createMemoryStore } from 'routekey/stores/memory'
import { createMemoryReplayStore, envWebhook } from 'routekey/webhooks'

import { makeKeyedVerifier } from '../adapters/make-keyed-verifier.ts'

export const guarded = envSecret('SCENARIO_SECRET')
export const query = envSecret('SCENARIO_SECRET', { query: true })
export const unset = envSecret('SCENARIO_UNSET', { logger: { error: () => undefined } })
export const webhook = () =>
  envWebhook('SCENARIO_WEBHOOK', { replayStore: createMemoryReplayStore(), maxBodyBytes: 64 * 1024 })

export function keyed() {
  // The build of the application runs this too, without the environment.
  const {
    SCENARIO_API_KEY: allowed = '',
    SCENARIO_NARROW_API_KEY: narrow = ' ',
    SCENARIO_UNREADABLE_API_KEY: unreadable = '',
  } = process.env
  return makeKeyedVerifier({ createKeyring, hashKey, createMemoryStore }, { allowed, narrow, unreadable })
}
