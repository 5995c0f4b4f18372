import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

/** A printed span, one per line as `{"span":…}`. */
export interface PrintedSpan {
  readonly name: string
  readonly id: string
  readonly parent: string | null
  readonly attributes: Record<string, unknown>
}

// Loaded into the application's process before other modules, like an OpenTelemetry agent: registers a tracer, and prints every
// span that ends.

function print(span: ReadableSpan): void {
  const printed: PrintedSpan = {
    name: span.name,
    id: span.spanContext().spanId,
    parent: span.parentSpanContext?.spanId ?? null,
    attributes: span.attributes,
  }
  process.stdout.write(`${JSON.stringify({ span: printed })}\n`)
}

const exporter = {
  export: (spans: ReadableSpan[]) => {
    for (const span of spans) print(span)
  },
  shutdown: () => Promise.resolve(),
}
context.setGlobalContextManager(new AsyncLocalStorageContextManager())
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
