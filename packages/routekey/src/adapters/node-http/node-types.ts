import type { IncomingHttpHeaders } from 'node:http'

/**
 * What a guard reads of a request. Requests of `node:http`, of the compatibility API of `node:http2`, and of what stands in for them
 * in tests and serverless environments have it.
 */
export interface NodeRequestLike {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders?: readonly string[] | undefined
  readonly socket?: NodeSocketLike | undefined
  /** Whether the client disconnected before the end of the request. */
  readonly aborted?: boolean | undefined
  /** The URL before Express removed a mount path. */
  readonly originalUrl?: string
  /** The result of a body parser. Text and bytes can still be verified. */
  readonly body?: unknown
  /** The bytes of the body, which some body parsers keep. */
  readonly rawBody?: unknown
}

/** What a guard reads of a connection. */
export interface NodeSocketLike {
  readonly remoteAddress?: string | undefined
  readonly encrypted?: boolean | undefined
  /** Whether there is no connection, or not yet. */
  readonly pending?: boolean | undefined
  destroy?(): unknown
}

/** What a guard needs of a response, of `node:http` or of the compatibility API of `node:http2`. */
export interface NodeResponseLike {
  statusCode: number
  readonly headersSent: boolean
  readonly writableEnded: boolean
  getHeader(name: string): string | number | readonly string[] | undefined
  getHeaderNames(): readonly string[]
  setHeader(name: string, value: string | readonly string[]): unknown
  removeHeader(name: string): unknown
  writeHead(status: number, ...rest: readonly unknown[]): unknown
  end(body?: string | Uint8Array): unknown
}
