import type { StripeCustomersEvent } from '../../src/index.ts'

/** Returns the profiles with an event of this type. */
export function profilesOf(events: readonly StripeCustomersEvent[], type: StripeCustomersEvent['type']): Set<string> {
  return new Set(events.filter((event) => event.type === type).map(({ profileId }) => profileId))
}
