import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

import type { Answer, NoAnswer, Probe } from './probe.ts'

const maximumBytes = 65_536

/** Reads a response. Returns the function that ends it early. */
function readAnswer(response: IncomingMessage, done: (answer: Answer) => void): () => void {
  const parts: Buffer[] = []
  let length = 0
  const finish = () => {
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
    const body = Buffer.concat(parts).subarray(0, maximumBytes).toString('utf8')
    done({ status: response.statusCode ?? 0, headers, body })
    // A body without an end, such as a stream of events.
    response.destroy()
  }
  response.on('data', (part: Buffer) => {
    parts.push(part)
    length += part.length
    if (length >= maximumBytes) finish()
  })
  response.on('end', finish)
  response.on('error', finish)
  return finish
}

/**
 * Sends a probe over HTTP. Not with `fetch`, which changes some paths and headers. It follows no redirect, which could carry a key
 * elsewhere.
 *
 * @param timeoutMs how long a response may take, in milliseconds. Default 10,000
 */
export function sendProbe(
  { method, url, headers, body }: Probe,
  timeoutMs: number = 10_000,
): Promise<Answer | NoAnswer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const request = send(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    })
    let finish: (() => void) | undefined
    request.on('response', (response) => {
      finish = readAnswer(response, resolve)
    })
    request.on('error', (error) => {
      // Cut off, or stopped by the time limit: what arrived is enough to judge.
      if (finish !== undefined) return finish()
      const isTimeout = error.name === 'TimeoutError' || error.name === 'AbortError'
      const code = 'code' in error ? String(error.code) : error.name
      return resolve({ problem: isTimeout ? `no response within ${timeoutMs / 1000} s` : `no response (${code})` })
    })
    // Closed without a response or an error, as after a change of protocol.
    request.on('close', () => resolve({ problem: 'no response' }))
    request.end(body)
  })
}
