import type { NextApiHandler, NextApiRequest, NextApiResponse } from 'next'
import { expect, expectTypeOf, it } from 'vitest'

import { envSecret, type SecretCaller } from '../../index.ts'
import { type PagesRequest, type PagesResponse, withKey } from './index.ts'

const verifier = envSecret('S', { env: {} })

it('returns a handler of the Pages Router, with the types of Next.js or with its own', () => {
  const typed = withKey(verifier, (request: NextApiRequest, response: NextApiResponse<{ id: string }>, { caller }) => {
    expectTypeOf(caller).toEqualTypeOf<SecretCaller>()
    expectTypeOf(request.query).toEqualTypeOf<Partial<{ [key: string]: string | string[] }>>()
    response.status(200).json({ id: caller.variable })
    // @ts-expect-error the response has another shape
    response.json({ id: 1 })
  })
  expectTypeOf(typed).toExtend<NextApiHandler<{ id: string }>>()

  const plain = withKey(verifier, (request, response, { caller }) => {
    expectTypeOf(request).toEqualTypeOf<PagesRequest>()
    expectTypeOf(response).toEqualTypeOf<PagesResponse>()
    expectTypeOf(request.query['id']).toEqualTypeOf<string | string[] | undefined>()
    response.status(200).json({ from: caller.variable })
  })
  expectTypeOf(plain).toExtend<NextApiHandler>()
  expectTypeOf<NextApiRequest>().toExtend<PagesRequest>()
  expectTypeOf<NextApiResponse>().toExtend<PagesResponse>()
  expect([typed, plain].map((handler) => handler.length)).toEqual([2, 2])
})
