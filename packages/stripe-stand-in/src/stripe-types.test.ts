import type { Stripe } from 'stripe'
import { describe, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type { accountBody } from './account/account-endpoints.ts'
import type { customerBody, deletedCustomerBody } from './customers/customer-body.ts'
import type * as customers from './customers/customer-params.ts'
import type { EventBody, EventData } from './events/event-body.ts'
import type * as events from './events/event-endpoints.ts'
import type { listBody } from './storage/list-page.ts'
import type { subscriptionBody } from './subscriptions/subscription-body.ts'
import type * as subscriptions from './subscriptions/subscription-endpoints.ts'

/** The parameters that an endpoint accepts, or refuses by name. */
type Known<Schema extends z.ZodType, Unsupported extends readonly string[]> =
  | keyof z.output<Schema>
  | Unsupported[number]

/** The event of one type, without the previous attributes, whose nulls the SDK's types leave out. */
type EventOf<Type extends EventData['type'], Body> = Omit<EventBody, 'type' | 'data'> & {
  type: Type
  data: { object: Body }
}

describe('the bodies have the types of the SDK', () => {
  it('for customers', () => {
    expectTypeOf<ReturnType<typeof customerBody>>().toEqualTypeOf<Stripe.Customer>()
    expectTypeOf<ReturnType<typeof deletedCustomerBody>>().toEqualTypeOf<Stripe.DeletedCustomer>()
    expectTypeOf<ReturnType<typeof listBody<Stripe.Customer>>>().toEqualTypeOf<Stripe.ApiList<Stripe.Customer>>()
  })

  it('for the account', () => {
    expectTypeOf<ReturnType<typeof accountBody>>().toEqualTypeOf<Stripe.Account>()
  })

  it('for subscriptions', () => {
    expectTypeOf<ReturnType<typeof subscriptionBody>>().toEqualTypeOf<Stripe.Subscription>()
  })

  it('for events', () => {
    expectTypeOf<EventOf<'customer.created', Stripe.Customer>>().toExtend<Stripe.CustomerCreatedEvent>()
    expectTypeOf<EventOf<'customer.updated', Stripe.Customer>>().toExtend<Stripe.CustomerUpdatedEvent>()
    expectTypeOf<EventOf<'customer.deleted', Stripe.Customer>>().toExtend<Stripe.CustomerDeletedEvent>()
    expectTypeOf<
      EventOf<'customer.subscription.created', Stripe.Subscription>
    >().toExtend<Stripe.CustomerSubscriptionCreatedEvent>()
    expectTypeOf<
      EventOf<'customer.subscription.deleted', Stripe.Subscription>
    >().toExtend<Stripe.CustomerSubscriptionDeletedEvent>()
    expectTypeOf<
      Extract<EventData, { type: `customer.${'created' | 'updated' | 'deleted'}` }>['object']
    >().toEqualTypeOf<Stripe.Customer>()
  })
})

// Otherwise a parameter that Stripe adds would be refused as unknown.
describe('every parameter of the SDK is accepted, or refused by name', () => {
  it('for customers', () => {
    expectTypeOf<
      Known<typeof customers.customerParamsSchema, typeof customers.unsupportedCreateParams>
    >().toEqualTypeOf<keyof Stripe.CustomerCreateParams>()
    expectTypeOf<
      Known<typeof customers.customerParamsSchema, typeof customers.unsupportedUpdateParams>
    >().toEqualTypeOf<keyof Stripe.CustomerUpdateParams>()
    expectTypeOf<
      Known<typeof customers.customerListParamsSchema, typeof customers.unsupportedListParams>
    >().toEqualTypeOf<keyof Stripe.CustomerListParams>()
    expectTypeOf<
      Known<typeof customers.customerSearchParamsSchema, typeof customers.unsupportedSearchParams>
    >().toEqualTypeOf<keyof Stripe.CustomerSearchParams>()
  })

  it('for subscriptions', () => {
    expectTypeOf<
      Known<typeof subscriptions.subscriptionListParamsSchema, typeof subscriptions.unsupportedListParams>
    >().toEqualTypeOf<keyof Stripe.SubscriptionListParams>()
  })

  it('for events', () => {
    expectTypeOf<Known<typeof events.eventListParamsSchema, typeof events.unsupportedListParams>>().toEqualTypeOf<
      keyof Stripe.EventListParams
    >()
  })
})
