/** A profile, as the database has it. */
export interface ProfileRow {
  readonly profileId: string
  readonly email: string | null
  readonly stripeCustomer: string | null
  /** The state of its work; null where it has none. */
  readonly state: 'pending' | 'done' | 'failed' | null
  /** A request to Stripe is under way, or may still take effect. */
  readonly busy: boolean
}

/** A customer that lives in Stripe. `profileId`: the one that it carries, if any. */
export interface LiveCustomer {
  readonly id: string
  readonly email: string | null
  readonly profileId: string | null
  readonly created: number
}

/** The customer that a profile names, as Stripe has it. */
export type LinkedCustomer = LiveCustomer | 'deleted' | 'unknown' | null

/** Something in which the database and Stripe differ. */
export type Finding =
  /** The profile has no customer. `adopt`: one in Stripe carries its id. */
  | { kind: 'missing'; profileId: string; adopt: string | null }
  /** The profile names a customer that was deleted in Stripe, or that this account of Stripe never had. */
  | { kind: 'deleted'; profileId: string; stripeCustomer: string; unknown: boolean; adopt: string | null }
  /** The customer has another e-mail than the profile, or does not carry the profile's id. */
  | { kind: 'email_drift' | 'unmarked'; profileId: string; stripeCustomer: string }
  /** A further customer carries the id of a profile. */
  | { kind: 'duplicate'; profileId: string; stripeCustomer: string; kept: string; subscribed: boolean }
  /** A customer carries the id of a profile that is not there. `deletable`: the database knows that it was there. */
  | { kind: 'orphaned'; profileId: string; stripeCustomer: string; deletable: boolean }

/**
 * Compares one profile with its customers. Pure. What the engine is about to do by itself is no finding.
 *
 * @param own All live customers that carry the profile's id.
 * @param subscribed Those of them that have a subscription.
 */
export function decideProfile(
  profile: ProfileRow,
  linked: LinkedCustomer,
  own: readonly LiveCustomer[],
  subscribed: ReadonlySet<string> = new Set(),
): Finding[] {
  const { profileId, stripeCustomer } = profile
  if (profile.busy) return []
  const isLinkAlive = linked !== null && typeof linked !== 'string'
  const kept = isLinkAlive ? linked.id : chooseKept(own, subscribed)
  const findings: Finding[] = []

  if (stripeCustomer === null) {
    if (kept !== null || profile.state !== 'pending') findings.push({ kind: 'missing', profileId, adopt: kept })
  } else if (!isLinkAlive) {
    findings.push({ kind: 'deleted', profileId, stripeCustomer, unknown: linked === 'unknown', adopt: kept })
  } else if (profile.state !== 'pending') {
    if ((linked.email ?? '') !== (profile.email ?? ''))
      findings.push({ kind: 'email_drift', profileId, stripeCustomer })
    else if (linked.profileId !== profileId) findings.push({ kind: 'unmarked', profileId, stripeCustomer })
  }
  for (const { id } of own) {
    if (kept === null || id === kept) continue
    findings.push({ kind: 'duplicate', profileId, stripeCustomer: id, kept, subscribed: subscribed.has(id) })
  }
  return findings
}

/** Of several customers for one profile that names none: one with a subscription, and else the oldest. */
function chooseKept(own: readonly LiveCustomer[], subscribed: ReadonlySet<string>): string | null {
  const rank = (customer: LiveCustomer): number => (subscribed.has(customer.id) ? 0 : 1)
  return own.toSorted((a, b) => rank(a) - rank(b) || a.created - b.created || a.id.localeCompare(b.id))[0]?.id ?? null
}
