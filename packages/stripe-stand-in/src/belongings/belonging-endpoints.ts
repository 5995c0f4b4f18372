import { z } from 'zod'
import type { CustomerStore } from '../customers/customer-store.ts'
import { checkParams } from '../params/check-params.ts'
import { pageParams } from '../params/param-types.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { listBody } from '../storage/list-page.ts'
import { missingResource } from '../stripe-error-reply.ts'
import type { Belonging, Belongings } from './belongings.ts'

const { limit } = pageParams
const paymentMethodParamsSchema = z.strictObject({ limit })
const invoiceParamsSchema = z.strictObject({ limit, customer: z.string() })

/** Creates the lists of a customer's payment methods and invoices. They have one page. */
export function createBelongingEndpoints(
  belongings: Belongings,
  customers: Pick<CustomerStore, 'findLive'>,
): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/customers/:id/payment_methods',
      run({ objectId, params }) {
        if (customers.findLive(objectId) === undefined) throw missingResource('customer', objectId)
        const sent = checkParams(paymentMethodParamsSchema, params, [])
        const url = `/v1/customers/${objectId}/payment_methods`
        return page(belongings.list(objectId, 'payment_method'), sent.limit, url)
      },
    },
    {
      method: 'GET',
      path: '/v1/invoices',
      run({ params }) {
        const sent = checkParams(invoiceParamsSchema, params, [])
        return page(belongings.list(sent.customer, 'invoice'), sent.limit, '/v1/invoices')
      },
    },
  ]
}

function page(all: readonly Belonging[], size: number, url: string): object {
  return listBody(all.slice(0, size), all.length > size, url)
}
