import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { normalizeRequest } from './normalize-request.ts'

function normalize(url: string, ...rawHeaders: string[]): IncomingMessage {
  return normalizeMethod('GET', url, ...rawHeaders)
}

function normalizeMethod(method: string, url: string, ...rawHeaders: string[]): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  request.method = method
  request.url = url
  request.rawHeaders = rawHeaders
  // As Node does, which keeps the first of some headers and joins the others.
  for (const [index, value] of rawHeaders.entries()) {
    if (index % 2 === 0) request.headers[value.toLowerCase()] ??= rawHeaders[index + 1] ?? ''
  }
  normalizeRequest(request)
  return request
}

describe('normalizeRequest', () => {
  it.each([
    ['http://a.example/keys?b=c', '/keys?b=c'],
    ['HTTPS://a.example', '/'],
    ['http://a.example?b', '/?b'],
    ['/http://a.example/', '/http://a.example/'],
  ])('turns the target %s into the path %s', (target, path) => {
    expect(normalize(target).url).toBe(path)
  })

  it('joins repeated Authorization headers', () => {
    const { headers } = normalize('/', 'Authorization', 'Bearer a', 'authorization', 'Bearer b')
    expect(headers.authorization).toBe('Bearer a, Bearer b')
    expect(normalize('/', 'Authorization', 'Bearer a').headers.authorization).toBe('Bearer a')
    expect(normalize('/').headers).not.toHaveProperty('authorization')
  })

  it.each([
    ['x-forwarded-host', 'a.example, b.example', 'a.example'],
    ['x-forwarded-host', ' , b.example', undefined],
    ['x-forwarded-proto', 'https,http', 'https'],
    ['x-forwarded-proto', 'javascript', undefined],
    ['x-forwarded-proto', 'https://a', undefined],
  ])('keeps the first of %s: %s', (name, value, kept) => {
    expect(normalize('/', name, value).headers[name]).toBe(kept)
  })

  it('removes the headers with which parts of the framework talk to each other', () => {
    const { headers } = normalize('/', 'X-Middleware-Prefetch', '1', 'x-middleware-subrequest', 'a:b', 'x-middle', 'c')
    expect(headers).toEqual({ 'x-middle': 'c' })
  })

  it('removes conditions and ranges that the framework answers with a 500, and keeps those of a cache', () => {
    const { headers } = normalize(
      '/',
      'If-Match',
      '"x"',
      'If-Unmodified-Since',
      'Mon, 01 Jan 2001 00:00:00 GMT',
      'Range',
      'bytes=-0',
      'If-Range',
      'x',
      'If-None-Match',
      '"x"',
      'If-Modified-Since',
      'Mon, 01 Jan 2001 00:00:00 GMT',
    )
    expect(Object.keys(headers)).toEqual(['if-none-match', 'if-modified-since'])
  })

  it('accepts only a request that reads as a prefetch', () => {
    expect(normalizeMethod('GET', '/', 'Next-Router-Prefetch', '1').headers).toEqual({ 'next-router-prefetch': '1' })
    expect(normalizeMethod('HEAD', '/', 'Next-Router-Prefetch', '1').headers).toEqual({ 'next-router-prefetch': '1' })
    expect(normalizeMethod('POST', '/', 'Next-Router-Prefetch', '1').headers).toEqual({})
  })
})
