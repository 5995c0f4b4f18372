import type { Stripe } from 'stripe'
import { z } from 'zod'
import { checkParams } from '../params/check-params.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { StripeErrorReply } from '../stripe-error-reply.ts'

/** Builds the body of the account. */
export function accountBody(id: string): Stripe.Account {
  return {
    id,
    object: 'account',
    charges_enabled: true,
    details_submitted: true,
    email: null,
    payouts_enabled: true,
    type: 'standard',
  }
}

/**
 * Creates `GET /v1/account`, which names the account of the key.
 *
 * @param isRestricted the key cannot read it
 */
export function createAccountEndpoints(id: string, isRestricted: boolean): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/account',
      run(request) {
        checkParams(z.strictObject({}), request.params, ['expand'])
        if (!isRestricted) return accountBody(id)
        const message = `The provided key does not have the required permissions for this endpoint on account '${id}'.`
        throw new StripeErrorReply(message, { status: 403, code: 'more_permissions_required' })
      },
    },
  ]
}
