import { z } from 'zod'
import { metadataParam } from '../params/metadata-param.ts'
import {
  choice,
  emptyable,
  expandable,
  instantRange,
  integer,
  list,
  requiredText,
  text,
} from '../params/param-types.ts'

// One label or more before the last dot, as Stripe refuses `name@localhost`.
const emailPattern = /^[^\s@\p{Cc}]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,}$/u

const email = text(512, (value) =>
  emailPattern.test(value) ? null : { message: `Invalid email address: ${value}`, code: 'email_invalid' },
)

const addressSchema = z.strictObject({
  city: text(5000).default(null),
  country: text(5000).default(null),
  line1: text(5000).default(null),
  line2: text(5000).default(null),
  postal_code: text(5000).default(null),
  state: text(5000).default(null),
})

const shippingSchema = z.strictObject({
  address: addressSchema,
  name: requiredText(5000),
  phone: text(20).default(null),
})

const invoicePrefix = text(12, (value) =>
  /^[A-Z0-9]{3,12}$/.test(value)
    ? null
    : { message: 'The invoice prefix must be 3 to 12 uppercase letters or numbers.', code: 'parameter_invalid' },
)

/** The parameters that create and update a customer; those of an update have no defaults, as it keeps what is not sent. */
export const customerParamsSchema = z.strictObject({
  address: emptyable(addressSchema).optional(),
  balance: integer().optional(),
  description: text(5000).optional(),
  email: email.optional(),
  expand: expandable('subscriptions').default([]),
  invoice_prefix: invoicePrefix.optional(),
  metadata: metadataParam().optional(),
  name: text(256).optional(),
  next_invoice_sequence: integer(1).optional(),
  phone: text(20).optional(),
  preferred_locales: list(z.string()).optional(),
  shipping: emptyable(shippingSchema).optional(),
  tax_exempt: emptyable(choice(['exempt', 'none', 'reverse'])).optional(),
})

/** What Stripe accepts when a customer is created and the stand-in does not: it has no payments, taxes or test clocks. */
export const unsupportedCreateParams = [
  'business_name',
  'cash_balance',
  'individual_name',
  'invoice_settings',
  'payment_method',
  'source',
  'tax',
  'tax_id_data',
  'test_clock',
  'validate',
] as const

/** What Stripe accepts when a customer is updated and the stand-in does not. */
export const unsupportedUpdateParams = [
  'business_name',
  'cash_balance',
  'default_source',
  'individual_name',
  'invoice_settings',
  'source',
  'tax',
  'validate',
] as const

/** The parameters that retrieve a customer. */
export const customerRetrieveParamsSchema = z.strictObject({ expand: expandable('subscriptions').default([]) })

/** The parameters that delete a customer: none. */
export const customerDeleteParamsSchema = z.strictObject({})

/** The parameters that list customers. */
export const customerListParamsSchema = z.strictObject({
  created: instantRange().default({}),
  email: z.string().optional(),
  ending_before: z.string().optional(),
  expand: expandable('data.subscriptions').default([]),
  limit: integer(1, 100).default(10),
  starting_after: z.string().optional(),
})

/** What Stripe accepts when customers are listed and the stand-in does not. */
export const unsupportedListParams = ['test_clock'] as const

/** The parameters that search customers. */
export const customerSearchParamsSchema = z.strictObject({
  expand: expandable('data.subscriptions', 'total_count').default([]),
  limit: integer(1, 100).default(10),
  page: z.string().optional(),
  query: requiredText(5000),
})

/** What a client asks for in a list of customers. */
export type CustomerListParams = z.infer<typeof customerListParamsSchema>

/** What a client sets of a customer. */
export type CustomerParams = z.infer<typeof customerParamsSchema>

/** What a client asks for in a search of customers. */
export type CustomerSearchParams = z.infer<typeof customerSearchParamsSchema>
