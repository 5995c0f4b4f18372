import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import { expect, it } from 'vitest'

import { authenticate, envSecret, generateKey, parseKey } from '../../../src/index.ts'
import { extractCredential } from '../../../src/guard/extract-credential.ts'
import { toRequest } from '../../../src/adapters/node-http/to-request.ts'
import { costRatio, startMeasuring } from './cost.ts'
import { createHostileInputs } from './hostile-inputs.ts'

const total = 1_000_000
const batchSize = 10_000
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const key = generateKey({ prefix: 'acme_live' })
const hexSecret = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const secrets = [key, hexSecret]
const verifiers = secrets.map((secret) => envSecret('S', { env: { S: secret } }))
const queryVerifier = envSecret('S', { env: { S: key }, query: true })

/** Makes a request that carries text which no platform would pass on. That is the harder case. */
function carry(name: 'authorization' | 'x-api-key', value: string): Request {
  const get = (asked: string) => (asked === name ? value : null)
  return { method: 'GET', url: 'http://localhost/', headers: { get } } as unknown as Request // oxlint-disable-line typescript/no-unsafe-type-assertion -- stands for a platform's
}

async function authenticateEach(
  requests: readonly Request[],
  verifier: (typeof verifiers)[number],
): Promise<Set<number>> {
  const statuses = new Set<number>()
  for (const request of requests) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, or the cost would be that of all of them
    const result = await authenticate(request, verifier)
    statuses.add(result.ok ? 200 : result.denial.status)
  }
  return statuses
}

const carriers: ((input: string) => Request)[] = [
  (input) => carry('x-api-key', input),
  (input) => carry('authorization', `Bearer ${input}`),
  (input) => carry('authorization', input),
  (input) => carry('authorization', `bEARER  ${input}, ${input}`),
]

it(`refuses ${total.toLocaleString('en')} hostile inputs, and a malformed one costs less than the key (seed ${seed})`, async () => {
  const nextInput = createHostileInputs(secrets, seed)
  const costs: Record<'parse' | 'parseKey' | 'refuse' | 'accept', number[]> = {
    parse: [],
    parseKey: [],
    refuse: [],
    accept: [],
  }
  for (let done = 0; done < total; done += batchSize) {
    const inputs = Array.from({ length: batchSize }, nextInput)

    const parsed = startMeasuring()
    let isNull = true
    for (const input of inputs) isNull = parseKey(input) === null && isNull
    costs.parse.push(parsed(batchSize))
    expect(isNull).toBe(true)

    const parsedKey = startMeasuring()
    let isParsed = true
    for (let count = 0; count < batchSize; count += 1) isParsed = parseKey(key) !== null && isParsed
    costs.parseKey.push(parsedKey(batchSize))
    expect(isParsed).toBe(true)

    const requests = inputs.map((input, index) => carriers[index % carriers.length]!(input))
    const malformed: Request[] = []
    const usable: Request[] = []
    let isHashable = true
    for (const request of requests) {
      const found = extractCredential(request, ['authorization: bearer', 'x-api-key'])
      if (found.kind !== 'key') malformed.push(request)
      // Spaces between `Bearer` and the key are not part of it (RFC 9110 §11.4), so a few inputs are the secret after all.
      else if (!secrets.includes(found.key)) usable.push(request)
      if (found.kind === 'key') isHashable = /^[\x21-\x7e]{1,4096}$/.test(found.key) && isHashable
    }
    expect(isHashable).toBe(true)

    const index = (done / batchSize) % verifiers.length
    const keyRequest = carry('x-api-key', secrets[index]!)
    // oxlint-disable no-await-in-loop -- one after the other, or the cost would be that of all of them
    const refused = startMeasuring()
    const statuses = await authenticateEach(malformed, verifiers[index]!)
    costs.refuse.push(refused(malformed.length))
    const accepted = startMeasuring()
    expect(await authenticateEach(malformed.fill(keyRequest), verifiers[index]!)).toEqual(new Set([200]))
    costs.accept.push(accepted(malformed.length))
    for (const status of await authenticateEach(usable, verifiers[index]!)) statuses.add(status)
    // oxlint-enable no-await-in-loop
    expect([...statuses].filter((status) => status !== 400 && status !== 401)).toEqual([])
  }
  expect(costRatio(costs.parse, costs.parseKey)).toBeLessThan(1)
  expect(costRatio(costs.refuse, costs.accept)).toBeLessThan(1)
})

it(`refuses hostile inputs in real requests, in headers and in the query (seed ${seed})`, async () => {
  const nextInput = createHostileInputs(secrets, seed + 1)
  let sent = 0
  for (let count = 0; count < 10_000; count += 1) {
    const input = nextInput()
    const requests = [new Request(`http://localhost/?S=${input.replaceAll(/[&#]/g, '')}`)]
    // Fetch refuses other characters, so they cannot arrive this way.
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(input)) {
      requests.push(new Request('http://localhost/', { headers: { 'x-api-key': input } }))
      requests.push(new Request('http://localhost/', { headers: { authorization: `Bearer ${input}` } }))
    }
    for (const request of requests) {
      // White space around a header's value is not part of it (RFC 9110 §5.5), and an escape in a query stands for its character.
      const found = extractCredential(request, ['authorization: bearer', 'x-api-key', '?S'])
      if (found.kind === 'key' && secrets.includes(found.key)) continue
      sent += 1
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const result = await authenticate(request, queryVerifier)
      expect(result.ok ? input : result.denial.status).toBeOneOf([400, 401])
    }
  }
  expect(sent).toBeGreaterThan(15_000)
})

it(`refuses hostile inputs in lists of headers, as node:http may hold them (seed ${seed})`, async () => {
  const nextInput = createHostileInputs(secrets, seed + 2)
  for (let count = 0; count < 10_000; count += 1) {
    const values = [nextInput(), nextInput()].map((input) => input.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ''))
    const incoming = new IncomingMessage(new Socket())
    incoming.method = 'GET'
    incoming.url = `/${encodeURIComponent(Buffer.from(values[0] ?? '').toString('base64url')).slice(0, 200)}`
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- other code may put a list where Node puts text
    Object.assign(incoming.headers, { 'x-api-key': values, authorization: [`Bearer ${values[0] ?? ''}`] } as object)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const result = await authenticate(toRequest(incoming).request, queryVerifier)
    expect(result).toEqual({ ok: false, denial: { status: 400, code: 'ambiguous_key' } })
  }
})

it.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['a number', 1],
  ['a list', [key]],
  ['an object that reads as the key', { toString: () => key }],
  ['a wrapped string', Object(key)],
  ['a symbol', Symbol('key')],
  ['a function', () => key],
  ['bytes', Buffer.from(key)],
])('parseKey returns null for %s', (_case, value) => {
  expect(parseKey(value as string)).toBeNull() // oxlint-disable-line typescript/no-unsafe-type-assertion -- what JavaScript may pass
})
