import type { Stripe } from 'stripe'
import { invalidParam } from '../stripe-error-reply.ts'
import type { CustomerSearchParams } from './customer-params.ts'
import { customerBody } from './customer-body.ts'
import type { CustomerStore } from './customer-store.ts'
import { parseSearchQuery } from './parse-search-query.ts'

/**
 * Searches live customers and builds the page that Stripe would send, newest first.
 *
 * @throws StripeErrorReply 400 when the stand-in does not support the query, or never sent the page token
 */
export function searchPage(
  customers: CustomerStore,
  { query, limit, page }: CustomerSearchParams,
): Stripe.ApiSearchResult<Stripe.Customer> {
  const clause = parseSearchQuery(query)
  if (clause === null) {
    const message = `Unsupported search query: ${query}. The Stripe stand-in supports one clause, metadata['name']:'value'.`
    throw invalidParam('query', message)
  }
  const before = page === undefined ? Number.MAX_SAFE_INTEGER : parsePageToken(page)
  if (before === null) throw invalidParam('page', `Invalid page: ${page}`)
  const found = customers.findByMetadata(clause, { before, limit: limit + 1 })
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    object: 'search_result',
    data: shown.map(({ record }) => customerBody(record)),
    has_more: found.length > limit,
    next_page: found.length > limit && last !== undefined ? pageToken(last.sequence) : null,
    url: '/v1/customers/search',
  }
}

function pageToken(sequence: number): string {
  return Buffer.from(`before:${sequence}`).toString('base64url')
}

function parsePageToken(token: string): number | null {
  const match = /^before:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString())
  return match === null ? null : Number(match[1])
}
