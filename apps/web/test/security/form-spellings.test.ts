import { afterAll, beforeAll, expect, it } from 'vitest'
import { formPart, formType, postForm, readActionIds } from '#test/support/raw-form.ts'
import { openScriptlessBrowser, openSignedInBrowser } from '#test/support/scriptless-browser.ts'
import { rawRequest, sendRaw } from '#test/support/send-raw.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
let id: string
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
  id = (await readActionIds(stack))[0]!
})
afterAll(async () => {
  await stack?.stop()
})

const action = () => `Next-Action: ${id}`
const root = formPart('0', '[{"values":{},"fieldErrors":{}},"$K1"]')
const email = formPart('_1_email', 'nobody')
const call = (parts: string, ...headers: string[]) => postForm('/login', parts, [action(), ...headers])
const reference = () => formPart('$ACTION_REF_1', '') + formPart('$ACTION_1:0', `{"id":"${id}","bound":"$@1"}`)
const bound = (state: string) => reference() + formPart('$ACTION_1:1', state)
const form = (parts: string, ...headers: string[]) => postForm('/login', parts + formPart('email', 'nobody'), headers)
const own = 'Origin: http://localhost'

it('runs an action that a page calls, and one that its form names', async () => {
  const called = await sendRaw(stack.webUrl, call(email + root, own))
  const browser = openScriptlessBrowser(stack)
  const sent = await browser.submit(await browser.get('/login'), 'Sign in', { email: 'nobody' })
  for (const { status, body } of [called, sent]) {
    expect(status).toBe(200)
    expect(body).toContain('Enter a valid email address')
  }
})

const typed = (type: string, body = email + root) => call(body, `Content-Type: ${type}`)
const type = formType.replace('Content-Type: ', '')
const urlencoded = '0=%5B%22%24K1%22%5D&_1_email=a'
const text = (body: string, ...headers: string[]) =>
  rawRequest('/login', { method: 'POST', headers: [action(), ...headers], body })

/** Forms that one parser reads in another way than the next. */
const forms: Record<string, () => string> = {
  'a type in other case': () => typed(type.replace('multipart/form-data', 'Multipart/Form-Data')),
  'a type with a parameter': () => typed(`${type}; charset=utf-8`),
  'a type twice': () => typed(`${type}, ${type}`),
  'fields in a URL': () => text(urlencoded, 'Content-Type: application/x-www-form-urlencoded'),
  'fields in a URL with a charset': () =>
    text(urlencoded, 'Content-Type: application/x-www-form-urlencoded; charset=utf-8'),
  'no type': () => text('["$K1"]'),
  'JSON for a form': () => text('["$K1"]', 'Content-Type: application/json'),
  ...Object.fromEntries(
    ['', '00', '0x0', '+0', ' 0', '0.0', '-0', '0e0', 'S0', 'S', '1', '1_email', '_2_a', '$ACTION_KEY', 'a'].map(
      (name) => [`a part ${JSON.stringify(name)} before the arguments`, () => call(formPart(name, '["a","b"]') + root)],
    ),
  ),
  'arguments twice': () => call(root + formPart('0', '["a","b"]')),
  'arguments that are not JSON': () => call(formPart('00', '{') + root),
  'a forward reference': () => call(formPart('00', '["$1:__proto__:then"]') + root),
  'deep arguments': () => call(formPart('0', `[${'['.repeat(1000)}${']'.repeat(1000)},"$K1"]`)),
  'a file': () => call(formPart('_1_a', 'x', { attributes: '; filename="f"' }) + root),
  'a file in base64': () =>
    call(
      formPart('_1_a', 'QUJD', { attributes: '; filename="f"', lines: 'Content-Transfer-Encoding: base64\r\n' }) + root,
    ),
  'arguments in base64': () => call(formPart('0', 'WyIkSzEiXQ==', { lines: 'Content-Transfer-Encoding: base64\r\n' })),
  'arguments as a file': () => call(formPart('0', '["$K1"]', { attributes: '; filename="f"' })),
  'arguments as bytes': () => call(formPart('0', '["$K1"]', { lines: 'Content-Type: application/octet-stream\r\n' })),
  'arguments in UTF-16': () =>
    call(formPart('0', '["$K1"]', { lines: 'Content-Type: text/plain; charset=utf-16\r\n' })),
  'a name in another spelling': () => call(formPart('a', '["a"]', { attributes: `; name*=UTF-8''0` }) + root),
  ...Object.fromEntries(
    [
      '["a","b"]',
      '[1,2,3]',
      `[${'1,'.repeat(1001)}1]`,
      '[]',
      '{}',
      '1',
      '',
      '["$K1"]',
      '["$1:a"]',
      '["$@1"]',
      '["$T"]',
      '["$Q1"]',
      '["$h0"]',
      '["$B1"]',
      '["$R1"]',
      `${'['.repeat(900)}${']'.repeat(900)}`,
    ].map((state) => [`the bound arguments ${state.slice(0, 20)}`, () => form(bound(state))]),
  ),
  'an action named twice': () => form(bound('[{}]') + formPart('$ACTION_REF_1', '')),
  'two actions': () => form(bound('[{}]') + formPart('$ACTION_REF_2', '')),
  'an action and an id': () => form(bound('[{}]') + formPart(`$ACTION_ID_${id}`, '')),
  'a reference twice': () => form(bound('[{}]') + formPart('$ACTION_1:0', 'null')),
  'a bound file': () => form(reference() + formPart('$ACTION_1:1', '[{}]', { attributes: '; filename="f"' })),
  'an action without its form': () => text('[]', 'Content-Type: text/plain;charset=UTF-8'),
  'an action with its form alone': () => call(email + formPart('0', '["$K1"]')),
  'an id with its form alone': () => form(formPart(`$ACTION_ID_${id}`, '')),
}

const errorLines = (from: number) =>
  stack.web
    .output()
    .slice(from)
    .split('\n')
    .filter((line) => line.includes('"level":"error"') && !line.includes('Missing `origin` header'))

it.each(Object.entries(forms))('refuses a form with %s', async (_, attack) => {
  const before = stack.web.output().length
  const { status } = await sendRaw(stack.webUrl, attack())
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(errorLines(before)).toEqual([])
})

const foreign = ['null', 'https://evil.example', 'https://localhost', 'http://localhost:81', 'HTTP://LOCALHOST']
const origins = [
  ...foreign.map((origin) => [`Origin: ${origin}`]),
  [own, own],
  [own, 'Origin: null'],
  ['Origin: file:///x'],
  ['Host: LOCALHOST', 'Origin: http://LOCALHOST'],
  ['Host: localhost:80', own],
  ['Host: evil.example', own],
  ['X-Forwarded-Host: evil.example', own],
  ['X-Forwarded-Proto: https', own],
]

it.each(origins)('refuses a form from another origin: %s %s', async (...headers) => {
  const lines = headers.filter((line) => line !== undefined)
  for (const path of ['/login', '/', '/no-such-page', '/keys/a']) {
    for (const attack of [
      postForm(path, formPart('a', 'b'), lines),
      postForm(path, email + root, [action(), ...lines]),
      postForm(path, bound('[{}]'), lines),
      rawRequest(path, { method: 'POST', headers: [action(), 'Content-Type: text/plain', ...lines], body: '[]' }),
    ]) {
      const { status } = await sendRaw(stack.webUrl, attack)
      expect([400, 403]).toContain(status)
    }
  }
})

/** Paths for which the proxy might not run, and which might still be a page. */
const apiPaths = [
  '/api',
  '/api/',
  '/api//',
  '/api/?a',
  '/api/#a',
  '/api/.',
  '/api/./',
  '/api/%2e',
  '/api/%2e/',
  '/api/a/..',
  '/api/../',
  '/api/../login',
  '/api/%2e%2e/login',
  '/api/..%2flogin',
  '/api%2f',
  '/api%2f%2e',
  '/%61pi/',
  '/API/',
  '/api/%20',
  '/api/;a',
  '/api/index',
  '/api/index.rsc',
  '/api/.rsc',
  '/api.rsc',
  '/api/page',
  '/api/_not-found',
  '//api/',
  '/login/../api/',
  'http://localhost/api/',
  'http://evil.example/api/',
  '/api/%5c',
  '/api/%0a',
  '/api/%3f',
  '/_next/static/a',
  '/_next/static/',
  '/_next/static/../../login',
  '/_next/static/%2e%2e/%2e%2e/login',
  '/_next/data/build/api/.json',
  '/_next/data/build/login.json',
  '/icon.svg',
  '/icon.svg/',
  '/icon.svg/../login',
  '/favicon.ico',
  '/favicon.ico/',
  '/favicon.ico/../login',
  '/no-such-page',
  '/_not-found',
  '/404',
  '/500',
  '/login',
]

it.each(apiPaths)('runs no action that another site sends to %s', async (path) => {
  const user = await openSignedInBrowser(stack)
  const cookie = `Cookie: ${[...user.cookies].map(([name, value]) => `${name}=${value}`).join('; ')}`
  const page = await user.get('/account')
  const signOut = /name="\$ACTION_ID_([\da-f]{42})"/.exec(page.body)?.[1]
  expect(signOut).toBeDefined()
  for (const site of ['cross-site', 'same-site']) {
    const headers = [cookie, `Sec-Fetch-Site: ${site}`]
    for (const attack of [
      postForm(path, formPart(`$ACTION_ID_${signOut}`, ''), headers),
      postForm(path, formPart('0', '["$K1"]'), [...headers, `Next-Action: ${signOut}`]),
    ]) {
      const { status, head } = await sendRaw(stack.webUrl, attack)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(head).not.toMatch(/^(?:set-cookie|location):/im)
    }
  }
  expect((await user.get('/account')).status).toBe(200)
})
