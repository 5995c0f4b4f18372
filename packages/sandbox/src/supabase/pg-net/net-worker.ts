import { z } from 'zod'

import type { SandboxDatabase } from '../database/open-database.ts'

/** The running counterpart of pg_net's background worker. */
export interface NetWorker {
  /** Gives requests in flight a moment to end, and abandons the others. */
  readonly stop: () => Promise<void>
}

/** Options of {@link startNetWorker}. */
export interface NetWorkerOptions {
  readonly database: Pick<SandboxDatabase, 'query' | 'listen'>
  /** Hears that the database failed. Responses, and requests that fail, are recorded in `net._http_response`. */
  readonly onError: (error: unknown) => void
  readonly fetch?: typeof fetch
}

const maxInFlight = 20
const responseTtl = '6 hours'
const housekeepingIntervalMs = 60_000
const stopGraceMs = 500

const queuedRequestsSchema = z.array(
  z.object({
    // PGlite gives a bigint as a number, a Postgres client as text.
    id: z.coerce.string(),
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()).nullable(),
    body: z.string().nullable(),
    timeout_milliseconds: z.number(),
  }),
)

type QueuedRequest = z.infer<typeof queuedRequestsSchema>[number]

interface RecordedResponse {
  readonly statusCode: number | null
  readonly headers: Record<string, string> | null
  readonly content: string | null
  readonly isTimedOut: boolean
  readonly error: string | null
}

/**
 * Sends what `net.http_get`, `net.http_post` and `net.http_delete` have queued, once the transaction that queued it has
 * committed, and records the outcome in `net._http_response` for 6 hours. Like pg_net, it never tries a request twice: a
 * request that was taken from the queue when the process died is lost.
 */
export async function startNetWorker(options: NetWorkerOptions): Promise<NetWorker> {
  const { database, onError, fetch: send = fetch } = options
  const inFlight = new Set<Promise<void>>()
  const stopping = new AbortController()
  const abandon = new AbortController()
  let isTaking = false
  let mayHaveMore = false

  async function take(): Promise<void> {
    mayHaveMore = true
    if (isTaking) return
    isTaking = true
    try {
      while (mayHaveMore && !stopping.signal.aborted && inFlight.size < maxInFlight) {
        mayHaveMore = false
        const requests = await dequeue(database, maxInFlight - inFlight.size)
        for (const request of requests) start(request)
        if (requests.length > 0) mayHaveMore = true
      }
    } finally {
      isTaking = false
    }
  }

  function start(request: QueuedRequest): void {
    const done = perform(request, send, abandon.signal)
      .then((response) => record(database, request.id, response))
      .catch(onError)
      .finally(() => {
        inFlight.delete(done)
        if (mayHaveMore) wake()
      })
    inFlight.add(done)
  }

  function wake(): void {
    if (!stopping.signal.aborted) take().catch(onError)
  }

  function keepHouse(): void {
    wake()
    prune(database).catch(onError)
  }

  await database.listen('net_wake', wake)
  const housekeeping = setInterval(keepHouse, housekeepingIntervalMs).unref()
  keepHouse()

  return {
    async stop() {
      stopping.abort()
      clearInterval(housekeeping)
      const grace = setTimeout(() => abandon.abort(), stopGraceMs)
      await Promise.all(inFlight)
      clearTimeout(grace)
    },
  }
}

async function dequeue(database: NetWorkerOptions['database'], limit: number): Promise<QueuedRequest[]> {
  const { rows } = await database.query(
    `with taken as (
      delete from net.http_request_queue
      where id in (select id from net.http_request_queue order by id limit $1 for update skip locked)
      returning *
    )
    select
      id,
      method,
      url,
      (
        select jsonb_object_agg(header.key, header.value)
        from jsonb_each_text(headers) as header
        where header.value is not null
      ) as headers,
      convert_from(body, 'UTF8') as body,
      greatest(timeout_milliseconds, 0) as timeout_milliseconds
    from taken
    order by id`,
    [limit],
  )
  return queuedRequestsSchema.parse(rows)
}

async function perform(request: QueuedRequest, send: typeof fetch, abandoned: AbortSignal): Promise<RecordedResponse> {
  const timeout = AbortSignal.timeout(request.timeout_milliseconds)
  try {
    const response = await send(request.url, {
      method: request.method.toUpperCase(),
      headers: toHeaders(request.headers ?? {}),
      body: request.body,
      signal: AbortSignal.any([timeout, abandoned]),
    })
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      content: await response.text(),
      isTimedOut: false,
      error: null,
    }
  } catch (error) {
    const failed = { statusCode: null, headers: null, content: null }
    if (timeout.aborted) {
      return { ...failed, isTimedOut: true, error: `Timeout of ${request.timeout_milliseconds} ms reached` }
    }
    if (abandoned.aborted) return { ...failed, isTimedOut: false, error: 'The worker was stopped' }
    return { ...failed, isTimedOut: false, error: describe(error) }
  }
}

function toHeaders(values: Record<string, string>): Headers {
  try {
    return new Headers({ 'user-agent': 'pg_net (sandbox)', ...values })
  } catch {
    // The reason would quote the value, which may be a secret.
    throw new TypeError('A header has a name or value that HTTP does not allow')
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // `fetch` says "fetch failed" and has the reason as its cause; that of a refused connection has only a code.
  const { cause } = error
  if (cause instanceof Error) return cause.message || ('code' in cause ? String(cause.code) : cause.name)
  return error.message
}

async function record(
  database: NetWorkerOptions['database'],
  id: string,
  { statusCode, headers, content, isTimedOut, error }: RecordedResponse,
): Promise<void> {
  await database.query(
    `insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
    values ($1, $2, $3, $4::text::jsonb, $5, $6, $7)`,
    [
      id,
      statusCode,
      headers?.['content-type'] ?? null,
      headers === null ? null : JSON.stringify(headers),
      // Postgres cannot store a NUL in text.
      content === null ? null : content.replaceAll('\0', ''),
      isTimedOut,
      error,
    ],
  )
}

async function prune(database: NetWorkerOptions['database']): Promise<void> {
  await database.query(`delete from net._http_response where created < now() - interval '${responseTtl}'`)
}
