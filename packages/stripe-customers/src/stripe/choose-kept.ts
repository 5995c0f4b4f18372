import type { CustomerUse } from './customer-use.ts'

/**
 * Chooses which of several customers of a profile is the one to keep: one with a subscription, else one in use, else the oldest.
 * Null if there is none. Pure.
 *
 * @param uses what the customers have, by their ids
 */
export function chooseKept<Customer extends { readonly id: string; readonly created: number }>(
  customers: readonly Customer[],
  uses: ReadonlyMap<string, CustomerUse>,
): Customer | null {
  const rank = ({ id }: Customer): number => (uses.get(id) === 'subscription' ? 0 : uses.has(id) ? 1 : 2)
  return customers.toSorted((a, b) => rank(a) - rank(b) || a.created - b.created || a.id.localeCompare(b.id))[0] ?? null
}
