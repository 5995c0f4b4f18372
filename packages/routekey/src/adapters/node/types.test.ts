import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type Http2ServerRequest, type Http2ServerResponse, createServer as createHttp2Server } from 'node:http2'

import type { Request, RequestHandler, Response } from 'express'
import { expect, expectTypeOf, it } from 'vitest'

import { envSecret, type SecretCaller } from '../../index.ts'
import { requireKey, withKey } from './index.ts'

const verifier = envSecret('S', { env: {} })

it('takes the requests and responses of node:http2', () => {
  const handler = withKey(verifier, (request: Http2ServerRequest, response: Http2ServerResponse, { caller }) => {
    response.end(`${request.authority} ${caller.variable}`)
  })
  expectTypeOf(createHttp2Server).toBeCallableWith({}, (request, response) => void handler(request, response))
  expect(handler).toHaveLength(3)
})

it('matches the types of node:http and Express, and types the caller by the verifier', () => {
  const plain = withKey(verifier, (request, response, { caller }) => {
    expectTypeOf(caller).toEqualTypeOf<SecretCaller>()
    expectTypeOf(request).toExtend<IncomingMessage>()
    expectTypeOf(response).toEqualTypeOf<ServerResponse>()
  })
  expectTypeOf(plain).toExtend<RequestListener>()
  const express = withKey(verifier, (request: Request, response: Response, { caller }) => {
    response.json({ id: request.params['id'], from: caller.variable })
  })
  expectTypeOf(express).toExtend<RequestHandler>()
  const guard = requireKey(verifier)
  expectTypeOf(guard).toExtend<RequestHandler>()
  expectTypeOf<ReturnType<typeof guard.callerOf>>().toEqualTypeOf<SecretCaller>()
  expect([plain.length, express.length, guard.length]).toEqual([3, 3, 3])
})
