import { setTimeout as sleep } from 'node:timers/promises'

import { listenOnLoopback, type LoopbackServer, type RequestHandler } from '../src/host/ports.ts'

/** A request as a server saw it. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: string
}

/** An HTTP server that stands where the application would be. */
export type RecordingApplication = Pick<LoopbackServer, 'url' | 'close'> & {
  requests: RecordedRequest[]
  /** Waits for a request, for at most 10 seconds. */
  waitForRequest: (matches: (request: RecordedRequest) => boolean) => Promise<RecordedRequest>
  /** Waits for that many requests, for at most 10 seconds. */
  waitForCount: (count: number) => Promise<void>
}

/** Starts a server that records what it gets and answers with `handler`. */
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
    async waitForRequest(matches) {
      for (let attempt = 0; attempt < 500; attempt += 1) {
        const found = requests.find(matches)
        if (found !== undefined) return found
        await sleep(20)
      }
      throw new Error(`None of ${requests.length} requests is the one awaited`)
    },
    async waitForCount(count) {
      for (let attempt = 0; requests.length < count && attempt < 500; attempt += 1) await sleep(20)
    },
  }
}
