import { createHash } from 'node:crypto'
import { mergeMetadata } from '../params/metadata-param.ts'
import type { CustomerParams } from './customer-params.ts'
import type { CustomerRecord } from './customer-record.ts'

/** Creates a customer with Stripe's default values. */
export function emptyCustomer(id: string, created: number): CustomerRecord {
  return {
    id,
    created,
    address: null,
    balance: 0,
    description: null,
    email: null,
    invoice_prefix: createHash('sha256').update(id).digest('hex').slice(0, 8).toUpperCase(),
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
  }
}

/**
 * Applies parameters to a record: parameters that were not sent change nothing, metadata is merged, an empty text unsets.
 *
 * @throws StripeErrorReply 400 when the metadata exceeds Stripe's limit
 */
export function applyCustomerParams(record: CustomerRecord, params: CustomerParams): CustomerRecord {
  return {
    id: record.id,
    created: record.created,
    address: valueOr(params.address, record.address),
    balance: valueOr(params.balance, record.balance),
    description: valueOr(params.description, record.description),
    email: valueOr(params.email, record.email),
    invoice_prefix: params.invoice_prefix ?? record.invoice_prefix,
    metadata: params.metadata === undefined ? record.metadata : mergeMetadata(record.metadata, params.metadata),
    name: valueOr(params.name, record.name),
    next_invoice_sequence: valueOr(params.next_invoice_sequence, record.next_invoice_sequence),
    phone: valueOr(params.phone, record.phone),
    preferred_locales: valueOr(params.preferred_locales, record.preferred_locales),
    shipping: valueOr(params.shipping, record.shipping),
    tax_exempt: params.tax_exempt === undefined ? record.tax_exempt : (params.tax_exempt ?? 'none'),
  }
}

function valueOr<T>(sent: T | undefined, present: T): T {
  return sent === undefined ? present : sent
}
