import { z } from 'zod'
import { metadataParam } from '../params/metadata-param.ts'
import {
  choice,
  emptyable,
  instantRange,
  integer,
  list,
  pageParams,
  requiredText,
  text,
} from '../params/param-types.ts'

// A domain needs a dot: Stripe refuses `name@localhost`.
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

/** The parameters that create or update a customer. They have no defaults: an update keeps a value that was not sent. */
export const customerParamsSchema = z.strictObject({
  address: emptyable(addressSchema).optional(),
  balance: integer().optional(),
  description: text(5000).optional(),
  email: email.optional(),
  invoice_prefix: invoicePrefix.optional(),
  metadata: metadataParam().optional(),
  name: text(256).optional(),
  next_invoice_sequence: integer(1).optional(),
  phone: text(20).optional(),
  preferred_locales: list(z.string()).optional(),
  shipping: emptyable(shippingSchema).optional(),
  tax_exempt: emptyable(choice(['exempt', 'none', 'reverse'])).optional(),
})

/** As {@link customerParamsSchema}, with the id that the customer may get instead of a random one. */
export const customerCreateParamsSchema = customerParamsSchema.extend({
  id: text(255, (value) =>
    /^[\w-]+$/.test(value) ? null : { message: `Invalid id: ${value}`, code: 'parameter_invalid' },
  ).optional(),
})

export type CustomerParams = z.infer<typeof customerParamsSchema>

/** Parameters that Stripe accepts and the stand-in refuses: it has no payments, taxes or test clocks. */
export const unsupportedCreateParams = [
  'business_name',
  'cash_balance',
  'expand',
  'individual_name',
  'invoice_settings',
  'payment_method',
  'source',
  'tax',
  'tax_id_data',
  'test_clock',
  'validate',
] as const

/** As {@link unsupportedCreateParams}, for an update. */
export const unsupportedUpdateParams = [
  'business_name',
  'cash_balance',
  'default_source',
  'expand',
  'individual_name',
  'invoice_settings',
  'source',
  'tax',
  'validate',
] as const

export const customerListParamsSchema = z.strictObject({
  ...pageParams,
  created: instantRange().default({}),
  email: z.string().optional(),
})

export type CustomerListParams = z.infer<typeof customerListParamsSchema>

export const unsupportedListParams = ['expand', 'test_clock'] as const

export const customerSearchParamsSchema = z.strictObject({
  limit: integer(1, 100).default(10),
  page: z.string().optional(),
  query: requiredText(5000),
})

export const unsupportedSearchParams = ['expand'] as const

export type CustomerSearchParams = z.infer<typeof customerSearchParamsSchema>
