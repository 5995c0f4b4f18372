import type { Stripe } from 'stripe'
import type { z } from 'zod'
import type { StripeResult } from './call-stripe.ts'
import { chooseKept } from './choose-kept.ts'
import type { CustomerUse } from './customer-use.ts'
import { type customerPageSchema, markOf, type StripeCustomer } from './stripe-customer.ts'
import { describeTooManyCustomers, isMissedTurn } from './stripe-failure.ts'

/** How to recognise the customer of a profile. */
export interface CustomerQuery {
  readonly profileId: string
  /** The e-mail that the customer probably has. */
  readonly email: string | null
  /** The customer that is not looked for. */
  readonly except: string | null
  /** The customer that is looked for is the one that a key created with this e-mail, not one of any age. */
  readonly isOfKey: boolean
}

type CustomerPage = z.output<typeof customerPageSchema>

/** The calls to Stripe that finding makes. */
export interface CustomerSource {
  readonly list: (parameters: Stripe.CustomerListParams) => Promise<StripeResult<CustomerPage>>
  readonly search: (parameters: Stripe.CustomerSearchParams) => Promise<StripeResult<CustomerPage>>
  readonly retrieve: (customer: string) => Promise<StripeResult<StripeCustomer | 'deleted'>>
  readonly findUse: (customer: string) => Promise<StripeResult<CustomerUse | null>>
  readonly clock: () => Date
}

const pageSize = 100
/** A list that the lease cuts off after this many pages is too long at any rate limit. */
const longListPages = 50
/** A search finds customers that are older than this for certain, however late it is and however far apart the clocks are. */
const searchedAfterSeconds = 3600 + 600

/**
 * Finds the customer of a profile: by a list, which has customers that were created a moment ago, and by a search, which also finds
 * one whose e-mail was changed, but may be a minute behind. Of several it chooses the one that reconciling keeps.
 */
export async function findCustomer(
  source: CustomerSource,
  query: CustomerQuery,
): Promise<StripeResult<StripeCustomer | null>> {
  const createdSince = Math.floor(source.clock().getTime() / 1000) - searchedAfterSeconds
  const condition = query.email === null ? { created: { gte: createdSince } } : { email: query.email }
  const listed = await listOwn(source, query, condition)
  if (!listed.ok) return listed
  if (query.isOfKey && listed.value.length > 0) return found(chooseKept(listed.value, new Map()))

  const searched = await source.search({ query: `metadata['profile_id']:'${query.profileId}'`, limit: pageSize })
  if (!searched.ok) {
    // Stripe does not offer search in every country. There the list has to do, of all customers if there is no e-mail.
    if (searched.failure.code !== 'stripe_refused') return searched
    if (query.email !== null || listed.value.length > 0) return choose(source, listed.value)
    const all = await listOwn(source, query, {})
    return all.ok ? choose(source, all.value) : all
  }
  const own = [...listed.value]
  for (const { id } of selectOwn(searched.value, query)) {
    if (own.some((customer) => customer.id === id)) continue
    // It may have been deleted, or marked for another profile, since the search last knew it.
    const retrieved = await source.retrieve(id)
    if (!retrieved.ok) return retrieved
    if (retrieved.value !== 'deleted' && markOf(retrieved.value) === query.profileId) own.push(retrieved.value)
  }
  return choose(source, own)
}

async function listOwn(
  source: CustomerSource,
  query: CustomerQuery,
  condition: Pick<Stripe.CustomerListParams, 'email' | 'created'>,
): Promise<StripeResult<StripeCustomer[]>> {
  const own: StripeCustomer[] = []
  let after: string | undefined
  let pages = 0
  do {
    const position = after === undefined ? {} : { starting_after: after }
    const page = await source.list({ ...condition, ...position, limit: pageSize })
    if (!page.ok) {
      // Customers that were created in the last hour are fewer later on.
      const isTooLong = isMissedTurn(page.failure) && pages >= longListPages && condition.created === undefined
      return isTooLong ? { ok: false, failure: describeTooManyCustomers(query.profileId, pages * pageSize) } : page
    }
    own.push(...selectOwn(page.value, query))
    after = page.value.has_more ? page.value.last : undefined
    pages += 1
  } while (after !== undefined)
  return { ok: true, value: own, replayed: false }
}

function selectOwn({ data }: CustomerPage, { profileId, except }: CustomerQuery): StripeCustomer[] {
  return data.filter((customer) => markOf(customer) === profileId && customer.id !== except)
}

async function choose(
  { findUse }: CustomerSource,
  own: readonly StripeCustomer[],
): Promise<StripeResult<StripeCustomer | null>> {
  const uses = new Map<string, CustomerUse>()
  for (const { id } of own.length > 1 ? own : []) {
    const use = await findUse(id)
    if (use.ok && use.value !== null) uses.set(id, use.value)
    // Perhaps a restricted key cannot read what customers have. Then the oldest is chosen.
    else if (!use.ok && use.failure.status !== 403) return use
  }
  return found(chooseKept(own, uses))
}

function found(value: StripeCustomer | null): StripeResult<StripeCustomer | null> {
  return { ok: true, value, replayed: false }
}
