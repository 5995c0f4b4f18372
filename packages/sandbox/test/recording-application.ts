import { vi } from 'vitest'
import { listenOnLoopback, type LoopbackServer, type RequestHandler } from '../src/host/listen-on-loopback.ts'

/** A request as the server received it. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string
}

/** An HTTP server in place of the application. */
export type RecordingApplication = Pick<LoopbackServer, 'url' | 'close'> & {
  requests: RecordedRequest[]
  /** Waits for a request, for at most 30 seconds. */
  waitForRequest: (matches: (request: RecordedRequest) => boolean) => Promise<RecordedRequest>
  /** Waits until there are that many requests, for at most 30 seconds. */
  waitForCount: (count: number) => Promise<void>
}

const patience = { timeout: 30_000, interval: 10 }

/** Starts a server that records its requests and answers them with `handler`. */
export async function startRecordingApplication(
  handler: RequestHandler = () => Response.json({ message: 'ok' }),
): Promise<RecordingApplication> {
  const requests: RecordedRequest[] = []
  const server = await listenOnLoopback({ port: 0, variable: 'PORT' })
  server.handle(async (request) => {
    const { pathname, search } = new URL(request.url)
    const body = await request.clone().text()
    requests.push({ method: request.method, path: pathname + search, headers: request.headers, body })
    return handler(request)
  })
  return {
    url: server.url,
    close: server.close,
    requests,
    waitForRequest: (matches) =>
      vi.waitFor(() => {
        const found = requests.find(matches)
        if (found === undefined) throw new Error(`None of ${requests.length} requests matches.`)
        return found
      }, patience),
    waitForCount: (count) =>
      vi.waitFor(() => {
        if (requests.length < count) throw new Error(`Only ${requests.length} of ${count} requests have arrived.`)
      }, patience),
  }
}
