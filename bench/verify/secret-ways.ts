import { createHash, timingSafeEqual } from 'node:crypto'

import { authenticate, envSecret, generateKey } from 'routekey'
import { withKey } from 'routekey/next'

import type { Way } from './compare.ts'

type Work = Way<Request>['work']

const variable = 'BENCH_SECRET'
const ordinary = { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'bench' }

const requestsWith = (headers: Readonly<Record<string, string>>) => (count: number) =>
  Array.from(
    { length: count },
    () =>
      new Request('http://localhost/api/create-stripe-customer', {
        method: 'POST',
        headers: { ...ordinary, ...headers },
      }),
  )

const sha256 = (text: string) => createHash('sha256').update(text).digest()

/** What a check of a secret in one of two headers cannot do without. The secret itself is hashed before. */
function unavoidable(secret: string): Work {
  const expected = sha256(secret)
  return (requests) => {
    for (const { headers } of requests) {
      const bearer = headers.get('authorization')
      const key = headers.get('x-api-key') ?? bearer?.slice('Bearer '.length) ?? ''
      if (!timingSafeEqual(sha256(key), expected)) throw new Error('The reference refused the secret.')
    }
  }
}

/** Asks one request after the other, and checks each answer. */
const asking =
  <Answer>(ask: (request: Request) => Promise<Answer>, expected: Answer): Work =>
  async (requests) => {
    for (const request of requests) {
      // oxlint-disable-next-line no-await-in-loop -- measures one after the other
      const answer = await ask(request)
      if (answer !== expected) throw new Error(`The answer is ${String(answer)}.`)
    }
  }

/** `authenticate` with `envSecret` beside its unavoidable parts: accepted and refused, in each place. */
export function secretWays(): Way<Request>[] {
  const secret = generateKey()
  const verifier = envSecret(variable)
  process.env[variable] = secret
  const deciding = (isAccepted: boolean) =>
    asking(async (request) => (await authenticate(request, verifier)).ok, isAccepted)

  const bearer = (key: string) => requestsWith({ authorization: `Bearer ${key}` })
  const apiKey = (key: string) => requestsWith({ 'x-api-key': key })
  const both = requestsWith({ authorization: `Bearer ${secret}`, 'x-api-key': secret })
  const wrong = generateKey()
  return [
    { name: 'unavoidable parts', prepare: bearer(secret), work: unavoidable(secret) },
    { name: 'accepted, Authorization: Bearer', prepare: bearer(secret), work: deciding(true) },
    { name: 'accepted, x-api-key', prepare: apiKey(secret), work: deciding(true) },
    { name: 'refused: wrong key, Authorization: Bearer', prepare: bearer(wrong), work: deciding(false) },
    { name: 'refused: wrong key, x-api-key', prepare: apiKey(wrong), work: deciding(false) },
    { name: 'refused: malformed key', prepare: bearer(`${wrong} ${wrong}`), work: deciding(false) },
    { name: 'refused: missing key', prepare: requestsWith({}), work: deciding(false) },
    { name: 'refused: key in two places', prepare: both, work: deciding(false) },
  ]
}

const handler = () => Response.json({ done: true })

/** A guarded route of the App Router beside its handler: accepted and refused, with the response. */
export function routeWays(): Way<Request>[] {
  const secret = generateKey()
  process.env[variable] = secret
  let denied = 0
  const quiet = withKey(envSecret(variable), handler)
  const noting = withKey(envSecret(variable), handler, { onDenied: () => void (denied += 1) })
  const answering = (route: typeof quiet, status: number) => {
    const context = { params: Promise.resolve({}) }
    return asking(async (request) => (await route(request, context)).status, status)
  }

  const right = requestsWith({ authorization: `Bearer ${secret}` })
  const wrong = requestsWith({ authorization: `Bearer ${generateKey()}` })
  return [
    { name: 'the handler alone', prepare: right, work: asking(async () => handler().status, 200) },
    { name: 'accepted', prepare: right, work: answering(quiet, 200) },
    { name: 'refused: wrong key', prepare: wrong, work: answering(quiet, 401) },
    { name: 'refused: wrong key, with onDenied', prepare: wrong, work: answering(noting, 401) },
    { name: 'refused: missing key', prepare: requestsWith({}), work: answering(quiet, 401) },
  ]
}
