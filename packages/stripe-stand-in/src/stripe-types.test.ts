import type { Stripe } from 'stripe'
import { describe, expectTypeOf, it } from 'vitest'
import type { customerBody, deletedCustomerBody } from './customers/customer-body.ts'
import type * as customers from './customers/customer-params.ts'
import type { EventBody, EventData } from './events/event-body.ts'
import type {
  eventListParamsSchema,
  unsupportedListParams as UNSUPPORTED_EVENT_LIST,
} from './events/event-endpoints.ts'
import type { listBody } from './list-page.ts'
import type { subscriptionBody, WireSubscription } from './subscriptions/subscription-body.ts'
import type * as subscriptions from './subscriptions/subscription-params.ts'
import type { z } from 'zod'

/** The names that an endpoint takes or refuses by name. */
type Known<Schema extends z.ZodType, Unsupported extends readonly string[]> =
  | keyof z.output<Schema>
  | Unsupported[number]

/** The texts that the SDK turns into its decimal class. */
type SdkSubscription = Omit<WireSubscription, 'items'> & Pick<Stripe.Subscription, 'items'>
type WireItem = WireSubscription['items']['data'][number]
type SdkPrice = Omit<WireItem['price'], 'unit_amount_decimal'> & Pick<Stripe.Price, 'unit_amount_decimal'>
type SdkPlan = Omit<WireItem['plan'], 'amount_decimal'> & Pick<Stripe.Plan, 'amount_decimal'>
type SdkItem = Omit<WireItem, 'price' | 'plan'> & { price: SdkPrice; plan: SdkPlan }

/** The event of one type, without the former values, whose nulls the SDK's types leave out. */
type EventOf<Type extends EventData['type'], Body> = Omit<EventBody, 'type' | 'data'> & {
  type: Type
  data: { object: Body }
}

describe('the bodies have the types of the SDK', () => {
  it('customers', () => {
    expectTypeOf<ReturnType<typeof customerBody>>().toEqualTypeOf<Stripe.Customer>()
    expectTypeOf<ReturnType<typeof deletedCustomerBody>>().toEqualTypeOf<Stripe.DeletedCustomer>()
    expectTypeOf<ReturnType<typeof listBody<Stripe.Customer>>>().toEqualTypeOf<Stripe.ApiList<Stripe.Customer>>()
  })

  it('subscriptions, but for the decimals that the SDK parses', () => {
    expectTypeOf<ReturnType<typeof subscriptionBody>>().toEqualTypeOf<WireSubscription>()
    expectTypeOf<SdkSubscription>().toExtend<Stripe.Subscription>()
    expectTypeOf<SdkItem>().toExtend<Stripe.SubscriptionItem>()
    expectTypeOf<WireItem['price']['unit_amount_decimal']>().toEqualTypeOf<string | null>()
  })

  it('events', () => {
    expectTypeOf<EventOf<'customer.created', Stripe.Customer>>().toExtend<Stripe.CustomerCreatedEvent>()
    expectTypeOf<EventOf<'customer.updated', Stripe.Customer>>().toExtend<Stripe.CustomerUpdatedEvent>()
    expectTypeOf<EventOf<'customer.deleted', Stripe.Customer>>().toExtend<Stripe.CustomerDeletedEvent>()
    expectTypeOf<
      EventOf<'customer.subscription.created', SdkSubscription>
    >().toExtend<Stripe.CustomerSubscriptionCreatedEvent>()
    expectTypeOf<
      EventOf<'customer.subscription.deleted', SdkSubscription>
    >().toExtend<Stripe.CustomerSubscriptionDeletedEvent>()
    expectTypeOf<
      Extract<EventData, { type: `customer.${'created' | 'updated' | 'deleted'}` }>['object']
    >().toEqualTypeOf<Stripe.Customer>()
  })
})

// A parameter that Stripe adds must be taken or refused by name, or it would be refused as unknown.
describe('every parameter of the SDK is taken or refused by name', () => {
  it('customers', () => {
    expectTypeOf<
      Known<typeof customers.customerParamsSchema, typeof customers.unsupportedCreateParams>
    >().toEqualTypeOf<keyof Stripe.CustomerCreateParams>()
    expectTypeOf<
      Known<typeof customers.customerParamsSchema, typeof customers.unsupportedUpdateParams>
    >().toEqualTypeOf<keyof Stripe.CustomerUpdateParams>()
    expectTypeOf<
      Known<typeof customers.customerListParamsSchema, typeof customers.unsupportedListParams>
    >().toEqualTypeOf<keyof Stripe.CustomerListParams>()
    expectTypeOf<keyof z.output<typeof customers.customerSearchParamsSchema>>().toEqualTypeOf<
      keyof Stripe.CustomerSearchParams
    >()
    expectTypeOf<keyof z.output<typeof customers.customerRetrieveParamsSchema>>().toEqualTypeOf<
      keyof Stripe.CustomerRetrieveParams
    >()
  })

  it('subscriptions', () => {
    expectTypeOf<
      Known<typeof subscriptions.subscriptionCreateParamsSchema, typeof subscriptions.unsupportedCreateParams>
    >().toEqualTypeOf<keyof Stripe.SubscriptionCreateParams>()
    expectTypeOf<
      Known<typeof subscriptions.subscriptionListParamsSchema, typeof subscriptions.unsupportedListParams>
    >().toEqualTypeOf<keyof Stripe.SubscriptionListParams>()
    expectTypeOf<(typeof subscriptions.unsupportedCancelParams)[number]>().toEqualTypeOf<
      keyof Stripe.SubscriptionCancelParams
    >()
  })

  it('events', () => {
    expectTypeOf<Known<typeof eventListParamsSchema, typeof UNSUPPORTED_EVENT_LIST>>().toEqualTypeOf<
      keyof Stripe.EventListParams
    >()
  })
})
