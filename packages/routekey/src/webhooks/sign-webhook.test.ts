import { expect, it } from 'vitest'

import { generateWebhookSecret, signWebhook, verifyWebhook } from './index.ts'
import { vector } from '../../test/webhook-vector.ts'

it('computes the signature of the published vector', () => {
  const { id, body, sentAt, secret } = vector
  expect(signWebhook({ id, body, sentAt, secrets: [secret] })).toEqual({
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': vector.signature,
  })
})

it('signs with each secret during a rotation', () => {
  const { id, body, sentAt, secret } = vector
  const next = generateWebhookSecret()
  const signed = signWebhook({ id, body, sentAt, secrets: [next, secret] })
  expect(signed['webhook-signature'].split(' ')).toEqual([expect.stringMatching(/^v1,/), vector.signature])
  for (const only of [next, secret])
    expect(verifyWebhook({ headers: new Headers({ ...signed }), body, secrets: [only], clock: () => sentAt }).ok).toBe(
      true,
    )
})

it.each(['', 'a.b', 'a b', 'ä', 'a\n', 'a'.repeat(257)])('throws for the id %j', (id) => {
  expect(() => signWebhook({ id, body: '', secrets: [vector.secret] })).toThrow(
    expect.objectContaining({ code: 'ERR_WEBHOOK_ID' }),
  )
})
