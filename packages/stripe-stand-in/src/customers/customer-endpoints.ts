import { z } from 'zod'
import { toUnixSeconds, type AdjustableClock } from '../adjustable-clock.ts'
import type { EventStore } from '../events/event-store.ts'
import { previousAttributes } from '../events/previous-attributes.ts'
import { newId } from '../new-id.ts'
import { checkParams } from '../params/check-params.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { listBody } from '../storage/list-page.ts'
import { existingResource, missingResource } from '../stripe-error-reply.ts'
import type { CustomerSubscriptions } from '../subscriptions/customer-subscriptions.ts'
import { applyCustomerParams, emptyCustomer } from './apply-customer-params.ts'
import { customerBody, deletedCustomerBody } from './customer-body.ts'
import * as params from './customer-params.ts'
import type { CustomerRecord } from './customer-record.ts'
import type { CustomerStore } from './customer-store.ts'
import { searchPage } from './search-page.ts'

export interface CustomerDependencies {
  readonly clock: AdjustableClock
  readonly customers: CustomerStore
  readonly subscriptions: CustomerSubscriptions
  readonly events: EventStore
}

/** Creates the endpoints under `/v1/customers`. */
export function createCustomerEndpoints(dependencies: CustomerDependencies): Endpoint[] {
  const { clock, customers, subscriptions, events } = dependencies

  const requireLive = (id: string): CustomerRecord => {
    const record = customers.findLive(id)
    if (record === undefined) throw missingResource('customer', id)
    return record
  }

  return [
    {
      method: 'POST',
      path: '/v1/customers',
      run(request) {
        const sent = checkParams(params.customerCreateParamsSchema, request.params, params.unsupportedCreateParams)
        const id = sent.id ?? newId('cus')
        // Also if it was deleted, because Stripe keeps showing it.
        if (customers.find(id) !== undefined) throw existingResource()
        const record = applyCustomerParams(emptyCustomer(id, toUnixSeconds(clock.now())), sent)
        customers.insert(record)
        events.record({ type: 'customer.created', object: customerBody(record) }, request)
        return customerBody(record)
      },
    },
    {
      method: 'GET',
      path: '/v1/customers',
      run(request) {
        const sent = checkParams(params.customerListParamsSchema, request.params, params.unsupportedListParams)
        const { data, hasMore } = customers.list(sent)
        return listBody(data.map(customerBody), hasMore, '/v1/customers')
      },
    },
    {
      method: 'GET',
      path: '/v1/customers/search',
      run(request) {
        const sent = checkParams(params.customerSearchParamsSchema, request.params, params.unsupportedSearchParams)
        return searchPage(customers, sent)
      },
    },
    {
      method: 'GET',
      path: '/v1/customers/:id',
      run(request) {
        checkParams(z.strictObject({}), request.params, ['expand'])
        const found = customers.find(request.objectId)
        if (found === undefined) throw missingResource('customer', request.objectId)
        return found.isDeleted ? deletedCustomerBody(found.record.id) : customerBody(found.record)
      },
    },
    {
      method: 'POST',
      path: '/v1/customers/:id',
      run(request) {
        const sent = checkParams(params.customerParamsSchema, request.params, params.unsupportedUpdateParams)
        const before = requireLive(request.objectId)
        const after = applyCustomerParams(before, sent)
        const previous = previousAttributes(customerBody(before), customerBody(after))
        if (previous !== null) {
          customers.update(after)
          events.record({ type: 'customer.updated', object: customerBody(after), previous }, request)
        }
        return customerBody(after)
      },
    },
    {
      method: 'DELETE',
      path: '/v1/customers/:id',
      run(request) {
        checkParams(z.strictObject({}), request.params)
        const record = requireLive(request.objectId)
        subscriptions.cancelAll(record.id, request)
        customers.markDeleted(record.id)
        events.record({ type: 'customer.deleted', object: customerBody(record) }, request)
        return deletedCustomerBody(record.id)
      },
    },
  ]
}
