import { envSecret } from 'routekey'
import { createMemoryReplayStore, envWebhook } from 'routekey/webhooks'

export const guarded = envSecret('SCENARIO_SECRET')
export const query = envSecret('SCENARIO_SECRET', { query: true })
export const unset = envSecret('SCENARIO_UNSET', { logger: { error: () => undefined } })
export const webhook = () =>
  envWebhook('SCENARIO_WEBHOOK', { replayStore: createMemoryReplayStore(), maxBodyBytes: 64 * 1024 })
