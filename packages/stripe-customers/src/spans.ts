import type { Attributes, Tracer } from '@opentelemetry/api'
import type { DatabaseFunctions } from './store/database-functions.ts'
import type { StripeAnswer, StripeGateway } from './stripe/stripe-gateway.ts'

/** Runs something inside a span of its name; what it throws goes on. Spans carry no secret, e-mail or name. */
export type RunInSpan = <T>(
  name: string,
  attributes: Attributes,
  run: () => Promise<T>,
  /** Tells the result in the span's words; `error.type` marks the span as failed. */
  describe?: (result: T) => Attributes,
) => Promise<T>

/** `SpanKind.CLIENT` and `SpanStatusCode.ERROR`. By value: the package may not be installed, and types cost nothing. */
const clientSpanKind = 2
const errorStatus = 2

/**
 * Creates the runner of spans.
 *
 * @param tracer Without one, everything runs as it would without this.
 */
export function createSpans(tracer: Tracer | undefined): RunInSpan {
  if (tracer === undefined) return (_name, _attributes, run) => run()
  return (name, attributes, run, describe) => {
    const kind = name.startsWith('stripe_customers.') ? {} : { kind: clientSpanKind }
    return tracer.startActiveSpan(name, { attributes, ...kind }, async (span) => {
      const settle = (outcome: Attributes): void => {
        span.setAttributes(outcome)
        if ('error.type' in outcome) span.setStatus({ code: errorStatus })
      }
      try {
        const result = await run()
        if (describe !== undefined) settle(describe(result))
        return result
      } catch (error) {
        // Not its message, which may quote a row.
        settle({ 'error.type': readType(error) })
        throw error
      } finally {
        span.end()
      }
    })
  }
}

/** Puts each call of a SQL function into a span. */
export function traceFunctions(functions: DatabaseFunctions, inSpan: RunInSpan): DatabaseFunctions {
  return {
    rows: (name, args) => inSpan(name, describeCall(name), () => functions.rows(name, args)),
    value: (name, args) => inSpan(name, describeCall(name), () => functions.value(name, args)),
  }
}

function describeCall(name: string): Attributes {
  return { 'db.system.name': 'postgresql', 'db.stored_procedure.name': `public.${name}` }
}

/** Puts each call to Stripe into a span. */
export function traceGateway(gateway: StripeGateway, inSpan: RunInSpan): StripeGateway {
  const call = <T>(operation: string, run: () => Promise<StripeAnswer<T>>): Promise<StripeAnswer<T>> =>
    inSpan(`stripe.customers.${operation}`, { 'peer.service': 'stripe' }, run, describeAnswer)
  return {
    create: (...args) => call('create', () => gateway.create(...args)),
    retrieve: (...args) => call('retrieve', () => gateway.retrieve(...args)),
    update: (...args) => call('update', () => gateway.update(...args)),
    delete: (...args) => call('delete', () => gateway.delete(...args)),
    find: (...args) => call('find', () => gateway.find(...args)),
  }
}

function describeAnswer(answer: StripeAnswer<unknown>): Attributes {
  if (answer.ok) return { 'stripe.replayed': answer.replayed }
  const { code, status, requestId } = answer.failure
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
