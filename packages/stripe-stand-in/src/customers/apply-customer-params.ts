import { createHash } from 'node:crypto'
import { mergeMetadata } from '../params/metadata-param.ts'
import type { CustomerParams } from './customer-params.ts'
import type { CustomerRecord } from './customer-record.ts'

/** Makes the record of a customer of whom nothing is known yet. */
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
 * Gives the record with the parameters applied: what was not sent stays, metadata is merged, empty texts unset.
 *
 * @throws StripeFailure 400 when the metadata would grow beyond Stripe's limit
 */
export function applyCustomerParams(record: CustomerRecord, params: CustomerParams): CustomerRecord {
  return {
    id: record.id,
    created: record.created,
    address: kept(params.address, record.address),
    balance: kept(params.balance, record.balance),
    description: kept(params.description, record.description),
    email: kept(params.email, record.email),
    invoice_prefix: params.invoice_prefix ?? record.invoice_prefix,
    metadata: params.metadata === undefined ? record.metadata : mergeMetadata(record.metadata, params.metadata),
    name: kept(params.name, record.name),
    next_invoice_sequence: kept(params.next_invoice_sequence, record.next_invoice_sequence),
    phone: kept(params.phone, record.phone),
    preferred_locales: kept(params.preferred_locales, record.preferred_locales),
    shipping: kept(params.shipping, record.shipping),
    tax_exempt: params.tax_exempt === undefined ? record.tax_exempt : (params.tax_exempt ?? 'none'),
  }
}

function kept<T>(sent: T | undefined, present: T): T {
  return sent === undefined ? present : sent
}
