import type { DatabaseFunctions } from './store/database-functions.ts'
import type { StripeResult } from './stripe/call-stripe.ts'
import type { StripeGateway } from './stripe/stripe-gateway.ts'

/** What a span says about its work. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** The part of a tracer of `@opentelemetry/api` that the engine uses. */
export interface Tracer {
  startActiveSpan<T>(name: string, options: { attributes: Attributes; kind?: number }, run: (span: Span) => T): T
}

/** The part of a span that the engine uses. */
export interface Span {
  setAttributes(attributes: Attributes): unknown
  setStatus(status: { code: number }): unknown
  end(): void
}

/** Runs a function inside a named span and passes its errors on. Spans contain no secret, e-mail or name. */
export type RunInSpan = <T>(
  name: string,
  attributes: Attributes,
  run: () => Promise<T>,
  /** Describes the result in attributes; `error.type` marks the span as failed. */
  describe?: (result: T) => Attributes,
) => Promise<T>

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR`. By value, because the package is optional and types cost nothing. */
const clientSpanKind = 2
const errorStatus = 2

/**
 * Creates the function that runs others inside spans.
 *
 * @param tracer without one, functions run as if there were no spans
 */
export function createSpans(tracer: Tracer | undefined): RunInSpan {
  if (tracer === undefined) return (_name, _attributes, run) => run()
  return (name, attributes, run, describe) => {
    const kind = name.startsWith('stripe_customers.') ? {} : { kind: clientSpanKind }
    return tracer.startActiveSpan(name, { attributes, ...kind }, async (span) => {
      const finish = (outcome: Attributes): void => {
        span.setAttributes(outcome)
        if ('error.type' in outcome) span.setStatus({ code: errorStatus })
      }
      try {
        const result = await run()
        if (describe !== undefined) finish(describe(result))
        return result
      } catch (error) {
        // Not the message, which may quote a row.
        finish({ 'error.type': readType(error) })
        throw error
      } finally {
        span.end()
      }
    })
  }
}

/** Runs each call of a SQL function in a span. */
export function traceFunctions(functions: DatabaseFunctions, inSpan: RunInSpan): DatabaseFunctions {
  return {
    rows: (name, args) => inSpan(name, describeCall(name), () => functions.rows(name, args)),
    value: (name, args) => inSpan(name, describeCall(name), () => functions.value(name, args)),
  }
}

function describeCall(name: string): Attributes {
  return { 'db.system.name': 'postgresql', 'db.stored_procedure.name': `public.${name}` }
}

/** Runs each call to Stripe in a span. */
export function traceGateway(gateway: StripeGateway, inSpan: RunInSpan): StripeGateway {
  const call = <T>(operation: string, run: () => Promise<StripeResult<T>>): Promise<StripeResult<T>> =>
    inSpan(`stripe.${operation}`, { 'peer.service': 'stripe' }, run, describeResult)
  return {
    readAccount: () => call('accounts.retrieve', () => gateway.readAccount()),
    create: (...args) => call('customers.create', () => gateway.create(...args)),
    retrieve: (...args) => call('customers.retrieve', () => gateway.retrieve(...args)),
    update: (...args) => call('customers.update', () => gateway.update(...args)),
    delete: (...args) => call('customers.delete', () => gateway.delete(...args)),
    find: (...args) => call('customers.find', () => gateway.find(...args)),
    findUse: (...args) => call('customers.find_use', () => gateway.findUse(...args)),
  }
}

function describeResult(result: StripeResult<unknown>): Attributes {
  if (result.ok) return { 'stripe.replayed': result.replayed }
  const { code, status, requestId } = result.failure
  return {
    'error.type': code,
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
    ...(requestId === undefined ? {} : { 'stripe.request_id': requestId }),
  }
}

function readType(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code
  return error instanceof Error ? error.name : typeof error
}
