const recentCount = 200

/** One request, without anything that was sent in it but its key. */
export interface LoggedRequest {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly idempotencyKey: string | null
  /** The answer's status; null when the connection was cut instead. */
  readonly status: number | null
  readonly replayed: boolean
}

/** What was asked of the stand-in since it started. */
export interface RequestCounts {
  readonly total: number
  readonly replayed: number
  readonly cut: number
  readonly byStatus: Record<string, number>
  /** By method and path, with `:id` for ids. */
  readonly byEndpoint: Record<string, number>
}

/** The stand-in's record of requests. */
export interface RequestLog {
  add(request: LoggedRequest, endpoint: string): void
  counts(): RequestCounts
  /** Gives the last 200 requests, oldest first. */
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
