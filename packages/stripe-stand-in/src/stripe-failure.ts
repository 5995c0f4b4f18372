/** The `error` member of a failed answer. */
export interface StripeErrorBody {
  readonly type: 'api_error' | 'idempotency_error' | 'invalid_request_error'
  readonly message: string
  code?: string
  doc_url?: string
  param?: string
}

/** What an answer is made of beside its message. */
interface FailureDetails {
  readonly status: number
  readonly type?: StripeErrorBody['type']
  readonly code?: string
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether an idempotency key keeps this result: true only once the endpoint has begun to execute. */
  readonly stored?: boolean
}

/** A request that Stripe would refuse or fail, with the answer that it would give. */
export class StripeFailure extends Error {
  readonly status: number
  readonly body: StripeErrorBody
  readonly headers: Readonly<Record<string, string>>
  readonly stored: boolean

  constructor(message: string, details: FailureDetails) {
    super(message)
    this.name = 'StripeFailure'
    this.status = details.status
    this.body = { type: details.type ?? 'invalid_request_error', message }
    if (details.code !== undefined) {
      this.body.code = details.code
      this.body.doc_url = `https://stripe.com/docs/error-codes/${details.code.replaceAll('_', '-')}`
    }
    if (details.param !== undefined) this.body.param = details.param
    this.headers = details.headers ?? {}
    this.stored = details.stored ?? false
  }
}

/** Makes the 400 for a parameter that does not pass validation. */
export function invalidParam(param: string, message: string, code?: string): StripeFailure {
  return new StripeFailure(message, { status: 400, param, ...(code === undefined ? {} : { code }) })
}

/**
 * Makes the answer for an object that does not exist.
 *
 * @param param where the id stood: `id` for the path (404), or the parameter's name (400)
 */
export function missingResource(kind: string, id: string, param = 'id'): StripeFailure {
  return new StripeFailure(`No such ${kind}: '${id}'`, {
    status: param === 'id' ? 404 : 400,
    code: 'resource_missing',
    param,
    stored: true,
  })
}
