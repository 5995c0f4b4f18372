import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'

import { expect, it } from 'vitest'

import { authenticate, envSecret, generateKey, parseKey } from '../../../src/index.ts'
import { extractCredential } from '../../../src/guard/extract-credential.ts'
import { toRequest } from '../../../src/adapters/node-http/to-request.ts'
import { createHostileInputs } from './hostile-inputs.ts'

const total = 1_000_000
const batchSize = 10_000
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const key = generateKey({ prefix: 'acme_live' })
const hexSecret = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
const secrets = [key, hexSecret]
const verifiers = secrets.map((secret) => envSecret('S', { env: { S: secret } }))
const queryVerifier = envSecret('S', { env: { S: key }, query: true })

/** Processor time of this thread, because the clock on the wall counts what other processes do as well. */
function usedMicroseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** Of the batches, because in some the processor's caches are lost to another process. */
function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** A request that carries text as no platform would let it through, which is the harder case. */
function carry(name: 'authorization' | 'x-api-key', value: string): Request {
  const get = (asked: string) => (asked === name ? value : null)
  return { method: 'GET', url: 'http://localhost/', headers: { get } } as unknown as Request // oxlint-disable-line typescript/no-unsafe-type-assertion -- stands for a platform's
}

const carriers: ((input: string) => Request)[] = [
  (input) => carry('x-api-key', input),
  (input) => carry('authorization', `Bearer ${input}`),
  (input) => carry('authorization', input),
  (input) => carry('authorization', `bEARER  ${input}, ${input}`),
]

it(`refuses ${total.toLocaleString('en')} hostile inputs, and takes at most 2 µs for one that is malformed (seed ${seed})`, async () => {
  const nextInput = createHostileInputs(secrets, seed)
  const parseTimes: number[] = []
  const refuseTimes: number[] = []
  let refused = 0
  let wellFormed = 0
  for (let done = 0; done < total; done += batchSize) {
    const inputs = Array.from({ length: batchSize }, nextInput)

    const parseStart = usedMicroseconds()
    let isNull = true
    for (const input of inputs) isNull = parseKey(input) === null && isNull
    parseTimes.push((usedMicroseconds() - parseStart) / inputs.length)
    expect(isNull).toBe(true)

    const requests = inputs.map((input, index) => carriers[index % carriers.length]!(input))
    const malformed: Request[] = []
    const usable: Request[] = []
    let isHashable = true
    for (const request of requests) {
      const found = extractCredential(request, [])
      if (found.kind !== 'key') malformed.push(request)
      // Spaces between `Bearer` and the key are not part of it (RFC 9110 §11.4), so a few inputs are the secret after all.
      else if (!secrets.includes(found.key)) usable.push(request)
      if (found.kind === 'key') isHashable = /^[\x21-\x7e]{1,4096}$/.test(found.key) && isHashable
    }
    wellFormed += usable.length
    expect(isHashable).toBe(true)

    const verifier = verifiers[(done / batchSize) % verifiers.length]!
    const statuses = new Set<number>()
    const refuseStart = usedMicroseconds()
    for (const request of malformed) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, or the time would be that of all of them
      const result = await authenticate(request, verifier)
      statuses.add(result.ok ? 200 : result.denial.status)
    }
    refuseTimes.push((usedMicroseconds() - refuseStart) / malformed.length)
    refused += malformed.length
    for (const request of usable) {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const result = await authenticate(request, verifier)
      statuses.add(result.ok ? 200 : result.denial.status)
    }
    expect([...statuses].filter((status) => status !== 400 && status !== 401)).toEqual([])
  }

  const parseMicroseconds = median(parseTimes)
  const refuseMicroseconds = median(refuseTimes)
  process.stdout.write(
    `fuzz: seed ${seed}; parseKey ${parseMicroseconds.toFixed(2)} µs for each of ${total}; ` +
      `authenticate ${refuseMicroseconds.toFixed(2)} µs for each of ${refused} malformed; ${wellFormed} were hashed and refused\n`,
  )
  expect(parseMicroseconds).toBeLessThanOrEqual(2)
  expect(refuseMicroseconds).toBeLessThanOrEqual(2)
})

it(`refuses hostile inputs in real requests, in headers and in the query (seed ${seed})`, async () => {
  const nextInput = createHostileInputs(secrets, seed + 1)
  let sent = 0
  for (let count = 0; count < 10_000; count += 1) {
    const input = nextInput()
    const requests = [new Request(`http://localhost/?S=${input.replaceAll(/[&#]/g, '')}`)]
    // What Fetch will not carry cannot come by it.
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(input)) {
      requests.push(new Request('http://localhost/', { headers: { 'x-api-key': input } }))
      requests.push(new Request('http://localhost/', { headers: { authorization: `Bearer ${input}` } }))
    }
    for (const request of requests) {
      // White space around a header's value is not part of it (RFC 9110 §5.5), and an escape in a query stands for its character.
      const found = extractCredential(request, ['S'])
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
])('parseKey takes %s for no key', (_case, value) => {
  expect(parseKey(value as string)).toBeNull() // oxlint-disable-line typescript/no-unsafe-type-assertion -- what JavaScript may pass
})
