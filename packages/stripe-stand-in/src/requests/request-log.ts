const recentCount = 200

/** A request without its parameters. */
export interface LoggedRequest {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly idempotencyKey: string | null
  /** The status of the response; null if the connection was cut. */
  readonly status: number | null
  readonly replayed: boolean
}

/** The number of requests since the stand-in started. */
export interface RequestCounts {
  readonly total: number
  readonly replayed: number
  readonly cut: number
  readonly byStatus: Record<string, number>
  /** By method and path, with `:id` in place of ids. */
  readonly byEndpoint: Record<string, number>
}

/** A log of the requests since the stand-in started. */
export interface RequestLog {
  add(request: LoggedRequest, endpoint: string): void
  counts(): RequestCounts
  /** Lists the last 200 requests, oldest first. */
  recent(): readonly LoggedRequest[]
}

/** Creates an empty log. */
export function createRequestLog(): RequestLog {
  const byStatus = new Map<string, number>()
  const byEndpoint = new Map<string, number>()
  const recent: LoggedRequest[] = []
  let total = 0
  let replayed = 0
  let cut = 0
  return {
    add(request, endpoint) {
      total += 1
      if (request.replayed) replayed += 1
      if (request.status === null) cut += 1
      else increment(byStatus, String(request.status))
      increment(byEndpoint, endpoint)
      recent.push(request)
      if (recent.length > recentCount) recent.shift()
    },
    counts: () => ({
      total,
      replayed,
      cut,
      byStatus: Object.fromEntries(byStatus),
      byEndpoint: Object.fromEntries(byEndpoint),
    }),
    recent: () => [...recent],
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
