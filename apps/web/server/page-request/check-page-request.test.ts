import { describe, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { checkPageRequest } = await import('./check-page-request.ts')

const url = 'https://app.example/login'
const id = 'a'.repeat(42)
const host = { host: 'app.example', 'x-forwarded-proto': 'https' }
const status = async (init: RequestInit) => (await checkPageRequest(new Request(url, init)))?.status ?? null

function form(...fields: [name: string, value: string][]): FormData {
  const data = new FormData()
  for (const [name, value] of fields) data.append(name, value)
  return data
}

const reference: [string, string] = ['$ACTION_1:0', `{"id":"${id}","bound":"$@1"}`]
const named = [['$ACTION_REF_1', ''], reference] satisfies [string, string][]
const post = (body: BodyInit, headers: Record<string, string> = {}) => status({ method: 'POST', body, headers })
const call = (body: BodyInit) => post(body, { 'next-action': id })

describe('checkPageRequest', () => {
  it.each(['cross-site', 'same-site', 'unknown'])('refuses a change that comes from another site: %s', async (site) => {
    const headers = { 'sec-fetch-site': site }
    expect(await status({ method: 'POST', headers })).toBe(403)
    expect(await status({ method: 'DELETE', headers })).toBe(403)
    // A link from elsewhere opens the page.
    expect(await status({ headers })).toBeNull()
    expect(await status({ method: 'HEAD', headers })).toBeNull()
  })

  it('refuses OPTIONS', async () => {
    expect(await status({ method: 'OPTIONS' })).toBe(405)
  })

  it.each([{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, {}])(
    'accepts the form of a page, with scripts and without: %o',
    async (headers) => {
      const fields: [string, string][] = [
        ['$ACTION_REF_1', ''],
        reference,
        ['$ACTION_1:1', '[{"values":{"email":"$$1"}}]'],
        ['$ACTION_KEY', 'k1'],
        ['email', '$1'],
      ]
      expect(await post(form(...fields), headers)).toBeNull()
      expect(await post(form([`$ACTION_ID_${id}`, '']), headers)).toBeNull()
      const called = { ...headers, 'next-action': id }
      expect(await post(form(['_1_email', '$1'], ['0', '["$undefined","$K1"]']), called)).toBeNull()
      expect(await post(form(['0', '["$K1"]']), called)).toBeNull()
      expect(await post('[]', called)).toBeNull()
    },
  )

  it.each([
    ['a text', '[1]'],
    ['nothing', ''],
    ['no arguments', form(['_1_email', 'a'])],
    ['arguments that are not JSON', form(['0', '['])],
    ['deep arguments', form(['0', `[${'['.repeat(20_000)}${']'.repeat(20_000)},"$K1"]`])],
    ['arguments twice', form(['0', '["$K1"]'], ['0', '["$K1"]'])],
    ['two forms', form(['0', '["$K1","$K1"]'])],
    ...[
      '',
      '00',
      '0x0',
      '+0',
      ' 0',
      '0.0',
      '-0',
      '1',
      '1_email',
      'S0',
      'S',
      '_0_',
      '_2_email',
      '$ACTION_KEY',
      'email',
    ].map((name): [string, FormData] => [`a part ${JSON.stringify(name)}`, form([name, '["a"]'], ['0', '["$K1"]'])]),
    ['arguments without a list', form(['0', '"$K1"'])],
    ['no form among the arguments', form(['0', '[{}]'])],
    ['too many arguments', form(['0', '[1,2,"$K1"]'])],
    ['a reference to a part', form(['0', '["$1:__proto__:then","$K1"]'])],
    ['a reference inside', form(['0', '[{"a":["$@1"]},"$K1"]'])],
  ])('refuses a call with %s', async (_, body) => {
    expect(await call(body)).toBe(400)
  })

  it.each([
    ['a reference that is missing', form(['$ACTION_REF_1', ''])],
    ['a state that is missing', form(['$ACTION_REF_1', ''], reference)],
    ['a state that is not JSON', form(['$ACTION_REF_1', ''], reference, ['$ACTION_1:1', '['])],
    ...['["$@2"]', '["$K1"]', '[{"a":["$1:a"]}]', '[]', '["a","b"]', '[1,2,3]', '{}', `[${'1,'.repeat(1001)}1]`].map(
      (state): [string, FormData] => [`the state ${state.slice(0, 20)}`, form(...named, ['$ACTION_1:1', state])],
    ),
    ['a name twice', form(...named, ['$ACTION_1:1', '[{}]'], ['$ACTION_REF_1', ''])],
    ['a state twice', form(...named, ['$ACTION_1:1', '[{}]'], ['$ACTION_1:1', '[{}]'])],
    ['two actions', form(...named, ['$ACTION_1:1', '[{}]'], ['$ACTION_REF_2', ''])],
    ['two ids', form([`$ACTION_ID_${id}`, ''], [`$ACTION_ID_${'b'.repeat(42)}`, ''])],
    ['an id and a reference', form([`$ACTION_ID_${id}`, ''], ...named, ['$ACTION_1:1', '[{}]'])],
    ['another argument', form(...named, ['$ACTION_1:1', '[{}]'], ['$ACTION_1:2', '[]'])],
    ['the argument of another', form(...named, ['$ACTION_1:1', '[{}]'], ['$ACTION_2:1', '[]'])],
    ['an argument in another spelling', form(...named, ['$ACTION_1:1', '[{}]'], ['$ACTION_1:01', '[]'])],
    ['a key alone', form(['$ACTION_KEY', 'k1'])],
    ['an invalid id', form(['$ACTION_REF_1', ''], ['$ACTION_1:0', '{"id":"constructor","bound":"$@1"}'])],
    ['an unknown part', form(['$ACTION_OTHER', ''])],
    ['an invalid id in the name', form(['$ACTION_ID_a', ''])],
  ])('refuses a form with %s', async (_, body) => {
    expect(await post(body)).toBe(400)
  })

  it.each(['https://evil.example', 'http://app.example', 'https://app.example:444', 'https://APP.example', 'file://'])(
    'refuses a change whose origin is %s',
    async (origin) => {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        expect(await status({ method, headers: { ...host, origin } })).toBe(403)
        expect(await status({ method, headers: { ...host, origin, 'sec-fetch-site': 'same-origin' } })).toBe(403)
      }
      expect(await status({ headers: { ...host, origin } })).toBeNull()
    },
  )

  it('refuses an origin that the host only seems to be', async () => {
    for (const name of ['APP.example', 'app.example:443']) {
      const headers = { ...host, host: name, origin: `https://${name}` }
      expect(await status({ method: 'POST', headers })).toBe(403)
    }
  })

  it('accepts its own origin', async () => {
    const headers = { ...host, origin: 'https://app.example', 'sec-fetch-site': 'same-origin' }
    expect(await post(form(['0', '["$K1"]']), { ...headers, 'next-action': id })).toBeNull()
  })

  it('accepts a hidden origin without an action, if the browser says that the origin is its own', async () => {
    const headers = { ...host, origin: 'null', 'sec-fetch-site': 'same-origin' }
    expect(await post(new URLSearchParams({ a: 'b' }), headers)).toBeNull()
    expect(await post(form(['a', 'b']), headers)).toBe(403)
    expect(await post('[]', { ...headers, 'next-action': id })).toBe(403)
    expect(await post(new URLSearchParams({ a: 'b' }), { ...host, origin: 'null' })).toBe(403)
  })

  it('accepts a call only in the types in which the framework reads it', async () => {
    const fields = new URLSearchParams({ _1_email: 'a', 0: '["$K1"]' }).toString()
    for (const type of ['', '; charset=utf-8', ';charset=UTF-8']) {
      const headers = { 'content-type': `application/x-www-form-urlencoded${type}`, 'next-action': id }
      expect(await post(fields, headers)).toBe(400)
      expect(await post('[]', headers)).toBe(400)
    }
    expect(await post('[]', { 'content-type': 'application/json', 'next-action': id })).toBe(400)
  })

  it('refuses a body that announces too much, and leaves the body of others to be read', async () => {
    expect(await post('a', { 'content-length': '65537' })).toBe(413)
    const request = new Request(url, { method: 'POST', body: form(['a', 'b']) })
    expect(await checkPageRequest(request)).toBeNull()
    expect((await request.formData()).get('a')).toBe('b')
  })
})
