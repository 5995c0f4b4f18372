/** The `error` member of an error response. */
export interface StripeErrorBody {
  readonly type: 'api_error' | 'idempotency_error' | 'invalid_request_error'
  readonly message: string
  code?: string
  doc_url?: string
  param?: string
}

interface ReplyDetails {
  readonly status: number
  readonly type?: StripeErrorBody['type']
  readonly code?: string
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether an idempotency key keeps this response: true only once the endpoint has begun to execute. */
  readonly isStored?: boolean
}

/** Thrown to answer a request with the error that Stripe would send. */
export class StripeErrorReply extends Error {
  readonly status: number
  readonly body: StripeErrorBody
  readonly headers: Readonly<Record<string, string>>
  readonly isStored: boolean

  constructor(message: string, details: ReplyDetails) {
    super(message)
    this.name = 'StripeErrorReply'
    this.status = details.status
    this.body = { type: details.type ?? 'invalid_request_error', message }
    if (details.code !== undefined) {
      this.body.code = details.code
      this.body.doc_url = `https://stripe.com/docs/error-codes/${details.code.replaceAll('_', '-')}`
    }
    if (details.param !== undefined) this.body.param = details.param
    this.headers = details.headers ?? {}
    this.isStored = details.isStored ?? false
  }
}

/** Creates the 400 for an invalid parameter. */
export function invalidParam(param: string, message: string, code?: string): StripeErrorReply {
  return new StripeErrorReply(message, { status: 400, param, ...(code === undefined ? {} : { code }) })
}

/** Creates the 400 for a customer whose id is taken. */
export function existingResource(): StripeErrorReply {
  return new StripeErrorReply('Customer already exists.', {
    status: 400,
    code: 'resource_already_exists',
    param: 'id',
    isStored: true,
  })
}

/**
 * Creates the response for an object that does not exist.
 *
 * @param param the parameter that held the id (400), or `id` for the path (404)
 */
export function missingResource(kind: string, id: string, param = 'id'): StripeErrorReply {
  return new StripeErrorReply(`No such ${kind}: '${id}'`, {
    status: param === 'id' ? 404 : 400,
    code: 'resource_missing',
    param,
    isStored: true,
  })
}
