import type { WorkState } from '../store/work-rows.ts'
import { chooseKept } from '../stripe/choose-kept.ts'
import type { CustomerUse } from '../stripe/customer-use.ts'

/** A profile in the database. */
export interface ProfileRow {
  readonly profileId: string
  readonly email: string | null
  readonly stripeCustomer: string | null
  /** The state of its work. Null if it has no work. */
  readonly state: WorkState | null
  /** A request to Stripe is in progress, or may still take effect. */
  readonly busy: boolean
  /** Its customer is in an account that is no longer in use. */
  readonly elsewhere: boolean
}

/** A customer in Stripe that is not deleted. `profileId`: the one in its metadata. */
export interface LiveCustomer {
  readonly id: string
  readonly email: string | null
  readonly profileId: string | null
  readonly created: number
}

/** The customer to which a profile is linked. `unknown`: the Stripe account never had it. Null: the profile has no link. */
export type LinkedCustomer = LiveCustomer | 'deleted' | 'unknown' | null

/** A difference between the database and Stripe. */
export type Difference =
  /** The profile has no customer. `adopt`: the customer in Stripe that has the profile's id. */
  | { kind: 'missing'; profileId: string; adopt: string | null }
  /** The profile is linked to a customer that was deleted in Stripe, or that this Stripe account never had. */
  | { kind: 'deleted'; profileId: string; stripeCustomer: string; unknown: boolean; adopt: string | null }
  /** The customer's e-mail is not the profile's, or its metadata does not have the profile's id. */
  | { kind: 'email_drift' | 'unmarked'; profileId: string; stripeCustomer: string }
  /** A second customer has the id of the same profile. `older`: than the one that is kept. */
  | {
      kind: 'duplicate'
      profileId: string
      stripeCustomer: string
      kept: string
      subscribed: boolean
      inUse: CustomerUse | null
      older: boolean
    }
  /**
   * A customer without a mark has the profile's e-mail, so it may be that of the profile. `linked`: the customer that the profile
   * has.
   */
  | { kind: 'possible'; profileId: string; stripeCustomer: string; linked: string | null }
  /** A customer has the id of a profile that does not exist. `deletable`: the database knows that it existed. */
  | { kind: 'orphaned'; profileId: string; stripeCustomer: string; deletable: boolean }

/** What moving to another account finds. */
export type Move =
  /** The profile's customer is in an account that is no longer in use. `kept`: the account in use has one with the same id. */
  | { kind: 'moved'; profileId: string; stripeCustomer: string | null; kept: boolean }
  /** The customer of a deleted user is in an account that is no longer in use. */
  | { kind: 'left_behind'; profileId: string; stripeCustomer: string | null }

/** Anything that reconciling reports. */
export type Finding = Difference | Move

/**
 * Compares one profile with its customers. Work that the engine is about to do by itself is not a finding. Pure.
 *
 * @param own all customers with the profile's id that are not deleted
 * @param uses what those have, by their ids
 * @param possible customers without a mark that have the profile's e-mail and that no profile is linked to
 */
export function decideProfile(
  profile: ProfileRow,
  linked: LinkedCustomer,
  own: readonly LiveCustomer[],
  uses: ReadonlyMap<string, CustomerUse> = new Map(),
  possible: readonly LiveCustomer[] = [],
): Difference[] {
  const { profileId, stripeCustomer } = profile
  if (profile.busy) return []
  const isLinkAlive = linked !== null && typeof linked !== 'string'
  const keptCustomer = isLinkAlive ? linked : chooseKept(own, uses)
  const kept = keptCustomer?.id ?? null
  const findings: Difference[] = []
  // The engine is about to create a customer, the user is not confirmed, or nobody wants one.
  const isSettled = profile.state === 'pending' || profile.state === 'waiting' || profile.state === 'dismissed'

  if (stripeCustomer === null) {
    if (kept !== null || !isSettled) findings.push({ kind: 'missing', profileId, adopt: kept })
  } else if (!isLinkAlive) {
    findings.push({ kind: 'deleted', profileId, stripeCustomer, unknown: linked === 'unknown', adopt: kept })
  } else if (profile.state !== 'pending' && profile.state !== 'dismissed') {
    if ((linked.email ?? '') !== (profile.email ?? ''))
      findings.push({ kind: 'email_drift', profileId, stripeCustomer })
    else if (linked.profileId !== profileId) findings.push({ kind: 'unmarked', profileId, stripeCustomer })
  }
  // A link to the customer of another profile has to be put right first. What looks superfluous beside it may be the profile's own.
  const isForeign = isLinkAlive && linked.profileId !== null && linked.profileId !== profileId
  for (const { id, created } of isForeign ? [] : own) {
    if (keptCustomer === null || id === keptCustomer.id) continue
    const inUse = uses.get(id) ?? null
    const subscribed = inUse === 'subscription'
    const older = created < keptCustomer.created
    findings.push({ kind: 'duplicate', profileId, stripeCustomer: id, kept: keptCustomer.id, subscribed, inUse, older })
  }
  for (const { id } of isSettled ? [] : possible) {
    if (id !== kept) findings.push({ kind: 'possible', profileId, stripeCustomer: id, linked: kept })
  }
  return findings
}
