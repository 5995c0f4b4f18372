import { afterAll, beforeAll, expect, it } from 'vitest'
import { countAttacks } from '@routekey/tools/count-attacks'
import { heapEnvironment, measureHeap } from '#test/support/measure-heap.ts'
import { formPart, postForm, readActionIds } from '#test/support/raw-form.ts'
import { rawRequest, sendRaw } from '#test/support/send-raw.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

/** All that Node accepts before the body, in bytes. */
const size = 16_000

let stack: Stack
let idleMs: number
let id: string
beforeAll(async () => {
  stack = await startStack({ env: heapEnvironment })
  for (const path of ['/', '/login', '/try', '/icon.svg']) await sendRaw(stack.webUrl, rawRequest(path))
  id = (await readActionIds(stack))[0]!
  // What a page costs tells how fast the machine is, and how busy.
  const durations: number[] = []
  for (let run = 0; run < 9; run += 1) durations.push((await sendRaw(stack.webUrl, rawRequest('/'))).durationMs)
  idleMs = durations.toSorted((one, other) => one - other)[4]!
})
afterAll(async () => {
  await stack?.stop()
})

/** Joins what `make` returns for 0, 1, 2, … until it has `length` characters. */
function fill(make: (index: number) => string, separator: string, length = size): string {
  const parts: string[] = []
  for (let total = 0; total < length; total += parts.at(-1)!.length + separator.length) parts.push(make(parts.length))
  return parts.join(separator).slice(0, length)
}

const get = (target: string, ...headers: string[]) => rawRequest(target, { headers })
const post = (contentType: string, body: string) =>
  rawRequest('/login', { method: 'POST', headers: [`Content-Type: ${contentType}`], body })
const whole = (parts: string) => parts.slice(0, parts.lastIndexOf('\r\n--') + 2)
const multipart = (make: (index: number) => string, length = size) =>
  postForm('/login', whole(fill((index) => formPart(make(index), '1'), '', length)))
const urlencoded = (make: (index: number) => string) => post('application/x-www-form-urlencoded', fill(make, '&'))
const state = 'Next-Router-State-Tree: '

/** In place of the id of an action, which a build decides. */
const someId = 'f'.repeat(42)
const action = `Next-Action: ${someId}`
const wide = (length: number) => `[${'1,'.repeat(length / 2)}1]`
const named = formPart('$ACTION_REF_1', '') + formPart('$ACTION_1:0', `{"id":"${someId}","bound":"$@1"}`)
const urlencodedReferences = (length: number) => {
  const encoded = encodeURIComponent(`{"id":"${someId}","bound":"$@1"}`)
  const names = fill(() => '$ACTION_REF_1=', '&', length / 2)
  return post('application/x-www-form-urlencoded', `${names}&x=&$ACTION_1:0=${encoded}&$ACTION_1:1=${wide(length / 2)}`)
}

const attacks: Record<string, string> = {
  'one query name, repeated': get(`/?${fill(() => 'a', '&')}`),
  'one query name, as often as the length allows': get(`/?${fill(() => 'a', '&', 4000)}`),
  'one query name, as often as the number allows': get(`/?${fill(() => `a=${'b'.repeat(37)}`, '&', 3900)}`),
  'distinct query names': get(`/?${fill((index) => `a${index}`, '&')}`),
  'query names with brackets': get(`/login?${fill((index) => `a[${index}]`, '&')}`),
  'separators alone': get(`/?${'&'.repeat(size)}`),
  'percent signs in the query': get(`/try?${'%25'.repeat(1300)}`),
  'repeated query names on a route that a key guards': get(`/api/v1/whoami?${fill(() => 'api_key', '&')}`),
  'path segments': get(fill(() => '/a', '', 4000)),
  'path segments below a page': get(`/keys${fill(() => '/a', '', 4000)}`),
  'percent signs in the path': get(`/${'%61'.repeat(1300)}`),
  'a long path segment': get(`/keys/${'a-'.repeat(2000)}`),
  'dots in the path': get(fill(() => '/..', '', 4000)),
  'parts of a session': get('/', `Cookie: ${fill((index) => `routekey-session.${index}=b`, '; ')}`),
  'parts of a session, as many as the number allows': get(
    '/',
    `Cookie: ${fill((index) => `routekey-session.${index}=${'b'.repeat(1480)}`, '; ', 15_000)}`,
  ),
  'one part of a session, repeated': get('/', `Cookie: ${fill(() => 'routekey-session.0=b', '; ')}`),
  'parts of the verifier of a sign-in': get(
    '/auth/callback?code=a',
    `Cookie: ${fill((index) => `routekey-session-code-verifier.${index}=b`, '; ')}`,
  ),
  'other cookies': get('/', `Cookie: ${fill((index) => `c${index}=b`, '; ')}`),
  'empty cookies': get('/', `Cookie: ${'; '.repeat(size / 2)}`),
  'distinct header names': get(
    '/',
    fill((index) => `x${index}: b`, '\r\n'),
  ),
  'one header name, repeated': get(
    '/',
    fill(() => 'x: b', '\r\n'),
  ),
  'Authorization, repeated': get(
    '/api/v1/whoami',
    fill(() => 'Authorization: b', '\r\n'),
  ),
  'a long header': get('/', `X-A: ${'b'.repeat(15_000)}`),
  'a long key': get('/api/v1/whoami', `X-Api-Key: rk_user_${'b'.repeat(15_000)}`),
  'a long bearer token': get('/api/v1/whoami', `Authorization: Bearer${' '.repeat(15_000)}b`),
  'media types': get('/', `Accept: ${fill(() => 'a/b;q=0.1', ',', 15_000)}`),
  'addresses of proxies': get(
    '/api/v1/whoami',
    `X-Forwarded-For: ${fill((index) => `10.0.0.${index % 255}`, ',', 15_000)}`,
  ),
  'hosts of proxies': get('/', `X-Forwarded-Host: ${fill((index) => `a${index}`, ',', 15_000)}`),
  'a deep router state': get('/', 'Rsc: 1', state + '%5B%22%22%2C%7B%22a%22%3A'.repeat(600)),
  'a flat router state': get('/', 'Rsc: 1', `${state}%5B${'%22a%22%2C'.repeat(1400)}1%5D`),
  'an unfinished router state': get('/', 'Rsc: 1', state + '['.repeat(15_000)),
  'form fields, repeated': urlencoded(() => 'a'),
  'form fields, distinct': urlencoded((index) => `a${index}`),
  'form fields that name actions': urlencoded((index) => `$ACTION_REF_${index}=`),
  'parts of a form, distinct': multipart((index) => `a${index}`),
  'parts of a form, repeated': multipart(() => 'a'),
  'parts of a form that name actions': multipart((index) => `$ACTION_REF_${index}`),
  'parts of a form that name one action': multipart(() => '$ACTION_REF_1'),
  'arguments of one action': multipart((index) => (index === 0 ? '$ACTION_REF_1' : `$ACTION_1:${index}`)),
  'a form with deep arguments': postForm('/login', named + formPart('$ACTION_1:1', '['.repeat(14_000))),
  'a form with many states': postForm('/login', named + whole(fill(() => formPart('$ACTION_1:1', '[{}]'), '', 60_000))),
  'a form with many references': postForm(
    '/login',
    whole(fill(() => formPart('$ACTION_REF_1', ''), '', 30_000)) + named + formPart('$ACTION_1:1', wide(30_000)),
  ),
  'a form in a URL with many references': urlencodedReferences(size),
  'a long form in a URL with many references': urlencodedReferences(64_000),
  'a call with many arguments': postForm(
    '/login',
    whole(fill(() => formPart('0', '["$K1"]'), '', 60_000)) + formPart('0', '["$K1"]'),
    [action],
  ),
  'a call with a long state': postForm('/login', formPart('0', `[${wide(60_000)},"$K1"]`), [action]),
  'a call with many fields': postForm(
    '/login',
    whole(fill((index) => formPart(`_1_${index}`, ''), '', 60_000)) + formPart('0', '["$K1"]'),
    [action],
  ),
  'a call with one field, repeated': postForm(
    '/login',
    whole(fill(() => formPart('_1_email', ''), '', 60_000)) + formPart('0', '["$K1"]'),
    [action],
  ),
  'parts of a long form that name actions': multipart((index) => `$ACTION_REF_${index}`, 60_000),
  'parts of a long form that name one action': multipart(() => '$ACTION_REF_1', 60_000),
  'parts of a long form that name ids': multipart(() => `$ACTION_ID_${'a'.repeat(42)}`, 60_000),
  'a boundary that a long form almost repeats': post(
    `multipart/form-data; boundary=${'-'.repeat(68)}x`,
    `--${'-'.repeat(68)}x${'-'.repeat(60_000)}`,
  ),
  'a boundary that almost repeats': post(`multipart/form-data; boundary=${'-'.repeat(60)}x`, '-'.repeat(size)),
}

// On an idle machine, a page takes some 10 ms, so this is the 300 ms that a visitor may wait.
it.each(Object.entries(attacks))('does not make others wait: %s', async (_, template) => {
  const attack = template.replaceAll(someId, id)
  const attacking = Promise.all([1, 2, 3, 4].map(() => sendRaw(stack.webUrl, attack)))
  const visitor = await sendRaw(stack.webUrl, rawRequest('/icon.svg'))
  const answers = await attacking
  expect(visitor.status).toBe(200)
  expect(visitor.durationMs).toBeLessThan(Math.max(300, 30 * idleMs))
  for (const { status } of answers) expect([0, 200, 307, 400, 401, 404, 405, 409, 413, 414, 429, 431]).toContain(status)
})

it('gives the memory back', async (context) => {
  const all = Object.values(attacks)
  const rounds = 10
  const attackAll = async () => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(all.map((attack) => sendRaw(stack.webUrl, attack)))
    }
  }
  countAttacks(context, 2 * rounds * all.length)
  // Caches fill.
  await attackAll()
  const before = await measureHeap(stack)
  await attackAll()
  // Half of the bytes of the attacks.
  expect(await measureHeap(stack)).toBeLessThan(before + (rounds * all.length * size) / 2)
})
