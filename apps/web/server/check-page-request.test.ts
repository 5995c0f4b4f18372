import { describe, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { checkPageRequest } = await import('./check-page-request.ts')

const url = 'https://app.example/login'
const id = 'a'.repeat(42)
const status = async (init: RequestInit) => (await checkPageRequest(new Request(url, init)))?.status ?? null

function form(...fields: [name: string, value: string][]): FormData {
  const data = new FormData()
  for (const [name, value] of fields) data.append(name, value)
  return data
}

const reference: [string, string] = ['$ACTION_1:0', `{"id":"${id}","bound":"$@1"}`]
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
      expect(await post(form(['1_email', '$1'], ['0', '["$undefined","$K1"]']), called)).toBeNull()
      expect(await post(form(['0', '["$K1"]']), called)).toBeNull()
      expect(await post('[]', called)).toBeNull()
    },
  )

  it.each([
    ['a text', '[1]'],
    ['nothing', ''],
    ['no arguments', form(['1_email', 'a'])],
    ['arguments that are not JSON', form(['0', '['])],
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
    ['a state with a reference', form(['$ACTION_REF_1', ''], reference, ['$ACTION_1:1', '["$@2"]'])],
    ['an invalid id', form(['$ACTION_REF_1', ''], ['$ACTION_1:0', '{"id":"constructor","bound":"$@1"}'])],
    ['an unknown part', form(['$ACTION_OTHER', ''])],
    ['an invalid id in the name', form(['$ACTION_ID_a', ''])],
  ])('refuses a form with %s', async (_, body) => {
    expect(await post(body)).toBe(400)
  })

  it.each(['multipart/form-data', 'multipart/form-data; boundary=x', 'MULTIPART/FORM-DATA; boundary=""'])(
    'refuses a form that cannot be read: %s',
    async (contentType) => {
      expect(await post('--y\r\n', { 'content-type': contentType })).toBe(400)
    },
  )

  it('refuses a body that announces too much, and leaves the body of others to be read', async () => {
    expect(await post('a', { 'content-length': '65537' })).toBe(413)
    const request = new Request(url, { method: 'POST', body: form(['a', 'b']) })
    expect(await checkPageRequest(request)).toBeNull()
    expect((await request.formData()).get('a')).toBe('b')
  })
})
