import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'

import type { NodeRequestLike, NodeResponseLike } from '../../../src/adapters/node/index.ts'
import type { WireRequest, WireResponse } from './send.ts'

/** A request as tests make it: a plain stream with the fields of a request. */
export function mockRequest({
  method = 'POST',
  path,
  headers = [],
  body,
  chunks,
}: WireRequest): NodeRequestLike & Readable {
  const grouped: IncomingHttpHeaders = {}
  for (const [name, value] of headers) {
    const key = name.toLowerCase()
    // `node:http` keeps the first of these, and joins the others.
    if (grouped[key] === undefined || key === 'authorization') grouped[key] ??= value
    else grouped[key] = `${String(grouped[key])}, ${value}`
  }
  const parts = chunks ?? (body === undefined ? [] : [body])
  return Object.assign(Readable.from(parts.map((part) => Buffer.from(part))), {
    method,
    url: path,
    headers: grouped,
    rawHeaders: headers.flat(),
  })
}

/** A response that keeps everything that is written to it. */
export class MockResponse implements NodeResponseLike {
  statusCode = 200
  headersSent = false
  writableEnded = false
  readonly #headers = new Map<string, string | readonly string[]>()
  readonly ended: Promise<WireResponse>
  #resolve: (response: WireResponse) => void = () => undefined

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  getHeader(name: string) {
    return this.#headers.get(name.toLowerCase())
  }

  getHeaderNames() {
    return [...this.#headers.keys()]
  }

  setHeader(name: string, value: string | readonly string[]) {
    this.#headers.set(name.toLowerCase(), value)
  }

  removeHeader(name: string) {
    this.#headers.delete(name.toLowerCase())
  }

  writeHead(status: number, ...rest: readonly unknown[]) {
    this.statusCode = status
    this.headersSent = true
    for (const [name, value] of Object.entries(rest.at(-1) ?? {})) this.setHeader(name, String(value))
    return this
  }

  end(body: string | Uint8Array = '') {
    if (!this.headersSent) this.writeHead(this.statusCode)
    this.writableEnded = true
    const headers: IncomingHttpHeaders = {}
    for (const [name, value] of this.#headers) headers[name] = String(value)
    this.#resolve({ status: this.statusCode, headers, body: Buffer.from(body).toString() })
  }
}
