import type { Stripe } from 'stripe'
import type { CustomerRecord } from './customer-record.ts'

/** Builds the body of a customer. */
export function customerBody(record: CustomerRecord): Stripe.Customer {
  return {
    id: record.id,
    object: 'customer',
    address: record.address,
    balance: record.balance,
    created: record.created,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: record.description,
    email: record.email,
    invoice_prefix: record.invoice_prefix,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: record.metadata,
    name: record.name,
    next_invoice_sequence: record.next_invoice_sequence,
    phone: record.phone,
    preferred_locales: record.preferred_locales,
    shipping: record.shipping,
    tax_exempt: record.tax_exempt,
    test_clock: null,
  }
}

/** Builds the body of a deleted customer. */
export function deletedCustomerBody(id: string): Stripe.DeletedCustomer {
  return { id, object: 'customer', deleted: true }
}
