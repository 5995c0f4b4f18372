import type { Stripe } from 'stripe'
import type { Clock } from '../clock.ts'
import type { EventStore } from '../events/event-store.ts'
import { previousAttributes } from '../events/previous-attributes.ts'
import { listBody } from '../list-page.ts'
import { newId } from '../new-id.ts'
import { readParams } from '../params/read-params.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { missingResource } from '../stripe-failure.ts'
import type { SubscriptionActions } from '../subscriptions/subscription-actions.ts'
import type { WireSubscription } from '../subscriptions/subscription-body.ts'
import { applyCustomerParams, emptyCustomer } from './apply-customer-params.ts'
import { customerBody, deletedCustomerBody } from './customer-body.ts'
import * as params from './customer-params.ts'
import type { CustomerRecord } from './customer-record.ts'
import type { CustomerSearch } from './customer-search.ts'
import type { CustomerStore } from './customer-store.ts'

/** A customer as it travels, with its subscriptions where they were asked for. */
type WireCustomer = Stripe.Customer | (Omit<Stripe.Customer, 'subscriptions'> & SubscriptionsMember)

interface SubscriptionsMember {
  readonly subscriptions: Stripe.ApiList<WireSubscription>
}

/** What the endpoints of customers work on. */
export interface CustomerDependencies {
  readonly clock: Clock
  readonly customers: CustomerStore
  readonly search: CustomerSearch
  readonly subscriptions: SubscriptionActions
  readonly events: EventStore
}

/** Creates the endpoints under `/v1/customers`. */
export function createCustomerEndpoints(dependencies: CustomerDependencies): Endpoint[] {
  const { clock, customers, search, subscriptions, events } = dependencies

  const live = (id: string): CustomerRecord => {
    const found = customers.find(id)
    if (found === undefined || found.deleted) throw missingResource('customer', id)
    return found.record
  }
  const show = (record: CustomerRecord, expand: readonly string[]): WireCustomer => {
    const body = customerBody(record)
    const wanted = expand.some((property) => property.endsWith('subscriptions'))
    return wanted ? { ...body, subscriptions: subscriptions.ofCustomer(record.id) } : body
  }

  return [
    {
      method: 'POST',
      path: '/v1/customers',
      run(request) {
        const sent = readParams(params.customerParamsSchema, request.params, params.unsupportedCreateParams)
        const record = applyCustomerParams(emptyCustomer(newId('cus'), clock.nowSeconds()), sent)
        customers.insert(record)
        search.index(record)
        events.record({ type: 'customer.created', object: customerBody(record) }, request)
        return show(record, sent.expand)
      },
    },
    {
      method: 'GET',
      path: '/v1/customers',
      run(request) {
        const sent = readParams(params.customerListParamsSchema, request.params, params.unsupportedListParams)
        const { data, hasMore } = customers.list(sent)
        const bodies = data.map((record) => show(record, sent.expand))
        return listBody(bodies, hasMore, '/v1/customers')
      },
    },
    {
      method: 'GET',
      path: '/v1/customers/search',
      run(request) {
        const sent = readParams(params.customerSearchParamsSchema, request.params)
        const { records, nextPage, totalCount } = search.search(sent)
        return {
          object: 'search_result',
          data: records.map((record) => show(record, sent.expand)),
          has_more: nextPage !== null,
          next_page: nextPage,
          url: '/v1/customers/search',
          ...(sent.expand.includes('total_count') ? { total_count: totalCount } : {}),
        } satisfies Stripe.ApiSearchResult<WireCustomer>
      },
    },
    {
      method: 'GET',
      path: '/v1/customers/:id',
      run(request) {
        const { expand } = readParams(params.customerRetrieveParamsSchema, request.params)
        const found = customers.find(request.objectId)
        if (found === undefined) throw missingResource('customer', request.objectId)
        return found.deleted ? deletedCustomerBody(found.record.id) : show(found.record, expand)
      },
    },
    {
      method: 'POST',
      path: '/v1/customers/:id',
      run(request) {
        const sent = readParams(params.customerParamsSchema, request.params, params.unsupportedUpdateParams)
        const before = live(request.objectId)
        const after = applyCustomerParams(before, sent)
        const previous = previousAttributes(customerBody(before), customerBody(after))
        if (previous !== null) {
          customers.update(after)
          search.index(after)
          events.record({ type: 'customer.updated', object: customerBody(after), previous }, request)
        }
        return show(after, sent.expand)
      },
    },
    {
      method: 'DELETE',
      path: '/v1/customers/:id',
      run(request) {
        readParams(params.customerDeleteParamsSchema, request.params)
        const record = live(request.objectId)
        subscriptions.cancelAll(record.id, request)
        customers.markDeleted(record.id)
        search.remove(record.id)
        events.record({ type: 'customer.deleted', object: customerBody(record) }, request)
        return deletedCustomerBody(record.id)
      },
    },
  ]
}
