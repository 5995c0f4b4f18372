import { randomBytes } from 'node:crypto'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { authenticate } from '../guard/authenticate.ts'
import { type EnvSecretOptions, envSecret } from './env-secret.ts'

const current = randomBytes(32).toString('hex')
const previous = randomBytes(16).toString('hex')

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const spyLogger = () => ({ error: vi.fn<(message: string) => void>() })

async function present(key: string, env: Record<string, string | undefined>, options: EnvSecretOptions = {}) {
  const verifier = envSecret('S', { logger: spyLogger(), env, ...options })
  const result = await authenticate(new Request('http://localhost/', { headers: { 'x-api-key': key } }), verifier)
  return result.ok ? result.caller.generation : result.denial.code
}

describe('a strong secret', () => {
  it.each([
    randomBytes(32).toString('hex'),
    randomBytes(32).toString('base64'),
    randomBytes(32).toString('base64url'),
    'kT9#vQ2!mZ7$wX4%pL8&nB6*rD3^,hJ5',
    `"${current}"`,
    '/+=_-~.,;:!?@#$%^&*()[]{}<>|`\'"xY1',
  ])('is the only key that passes: %s', async (secret) => {
    expect(await present(secret, { S: secret })).toBe('current')
    expect(await present(secret.slice(1), { S: secret })).toBe('invalid_key')
    expect(await present(current, { S: secret })).toBe('invalid_key')
  })

  it.each([
    ['a prefix of it', current.slice(0, -1)],
    ['one more character', `${current}0`],
    ['another case', current.replaceAll(/[a-f]/g, (digit) => digit.toUpperCase())],
    ['it twice', current + current],
    ['it twice with a comma', `${current},${current}`],
    ['it in quotes', `"${current}"`],
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['false', 'false'],
    ['[object Object]', '[object Object]'],
  ])('does not let %s pass', async (_case, key) => {
    expect(await present(key, { S: current })).toBe('invalid_key')
  })
})

describe('a secret that is not usable', () => {
  const keys = ['', 'x', 'undefined', 'changeme', current]

  it.each<[string, Record<string, string>, string]>([
    ['unset', {}, 'secret_unset'],
    ['empty', { S: '' }, 'secret_unset'],
    ['unset, although the previous one is set', { S_PREVIOUS: current }, 'secret_unset'],
    ['a placeholder', { S: 'changeme' }, 'secret_weak'],
    ['the text undefined', { S: 'undefined' }, 'secret_weak'],
    ['long and monotonous', { S: 'a'.repeat(64) }, 'secret_weak'],
    ['weak, although the previous one is strong', { S: 'changeme', S_PREVIOUS: current }, 'secret_weak'],
    ['blank', { S: '   ' }, 'secret_unusable'],
    ['strong, with a space inside', { S: `${current} ${current}` }, 'secret_unusable'],
    ['strong, with a tab at the end', { S: `${current}\t` }, 'secret_unusable'],
    ['strong, with a line break at the end', { S: `${current}\n` }, 'secret_unusable'],
    ['strong, with a letter beyond ASCII', { S: `é${current}` }, 'secret_unusable'],
    ['strong, with a comma at the end', { S: `${current},` }, 'secret_unusable'],
    ['strong, with a comma at the start', { S: `,${current}` }, 'secret_unusable'],
    ['too long for a header', { S: 'kT9vQ2mZ7wX4pL8nB6rD3hJ5'.repeat(200) }, 'secret_unusable'],
  ])('refuses every request if it is %s, and logs once how to fix it', async (_case, env, code) => {
    const logger = spyLogger()
    for (const key of keys) expect(await present(key, env, { logger })).toBe(code)
    expect(logger.error).toHaveBeenCalledOnce()
    const [line] = logger.error.mock.calls[0]!
    expect(line).toMatch(/^routekey: S: .*npx routekey generate S\b/)
    expect(line).not.toContain('\n')
    expect(line).not.toContain(current)
  })
})

describe('rotation', () => {
  it('accepts the current and the previous secret, and says which one it was', async () => {
    const env = { S: current, S_PREVIOUS: previous }
    expect(await present(current, env)).toBe('current')
    expect(await present(previous, env)).toBe('previous')
    expect(await present(randomBytes(32).toString('hex'), env)).toBe('invalid_key')
  })

  it('calls a secret current if both are the same', async () => {
    expect(await present(current, { S: current, S_PREVIOUS: current })).toBe('current')
  })

  it('refuses the previous secret when it is removed', async () => {
    expect(await present(previous, { S: current })).toBe('invalid_key')
    expect(await present(previous, { S: current, S_PREVIOUS: '' })).toBe('invalid_key')
  })

  it.each(['changeme', 'a'.repeat(64), 'undefined', ` ${previous}`, `${previous}\n`])(
    'ignores the unusable previous secret %j, and logs it once',
    async (weak) => {
      const logger = spyLogger()
      const env = { S: current, S_PREVIOUS: weak }
      for (const key of [weak, weak.trim(), weak]) expect(await present(key, env, { logger })).toBe('invalid_key')
      expect(await present(current, env, { logger })).toBe('current')
      expect(logger.error).toHaveBeenCalledOnce()
      expect(logger.error.mock.calls[0]?.[0]).toContain('S_PREVIOUS')
      expect(logger.error.mock.calls[0]?.[0]).not.toContain(weak.trim())
    },
  )
})

describe('the environment', () => {
  it('is read at each request', async () => {
    const logger = spyLogger()
    const verifier = envSecret('ROUTEKEY_TEST_SECRET', { logger })
    const ask = async (key: string) =>
      (await authenticate(new Request('http://localhost/', { headers: { 'x-api-key': key } }), verifier)).ok
    expect(await ask(current)).toBe(false)
    vi.stubEnv('ROUTEKEY_TEST_SECRET', current)
    expect(await ask(current)).toBe(true)
    vi.stubEnv('ROUTEKEY_TEST_SECRET', previous)
    expect(await ask(current)).toBe(false)
    vi.stubEnv('ROUTEKEY_TEST_SECRET_PREVIOUS', current)
    expect(await ask(current)).toBe(true)
    vi.stubEnv('ROUTEKEY_TEST_SECRET', undefined)
    expect(await ask(current)).toBe(false)
    expect(logger.error).toHaveBeenCalledOnce()
  })

  it('is not read when the module is imported or the verifier is created', async () => {
    const reads: (string | symbol)[] = []
    const environment = process.env
    process.env = new Proxy(environment, {
      get: (target, name: string) => {
        reads.push(name)
        return target[name]
      },
    })
    try {
      vi.resetModules()
      const fresh = await import('../index.ts')
      fresh.envSecret('ROUTEKEY_TEST_SECRET')
      expect(reads.filter((name) => String(name).includes('ROUTEKEY'))).toEqual([])
    } finally {
      process.env = environment
    }
  })

  it('counts as empty in a runtime without a process', async () => {
    vi.stubGlobal('process', undefined)
    try {
      const verifier = envSecret('S', { logger: spyLogger() })
      const request = new Request('http://localhost/', { headers: { 'x-api-key': 'undefined' } })
      expect(await authenticate(request, verifier)).toEqual({
        ok: false,
        denial: { status: 503, code: 'secret_unset', variable: 'S' },
      })
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('does not lend inherited properties as secrets', async () => {
    expect(() => envSecret('__proto__', { env: {} })).not.toThrow()
    const verifier = envSecret('toString', { env: {}, logger: spyLogger() })
    const result = await authenticate(new Request('http://localhost/'), verifier)
    expect(result).toMatchObject({ ok: false, denial: { status: 503 } })
  })
})

describe('the log', () => {
  it('goes to the console by default, once for all verifiers of a variable', async () => {
    const consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
    const verifier = envSecret('ROUTEKEY_UNSET_SECRET', { env: {} })
    await authenticate(new Request('http://localhost/'), verifier)
    await authenticate(new Request('http://localhost/'), verifier)
    await authenticate(new Request('http://localhost/'), envSecret('ROUTEKEY_UNSET_SECRET', { env: {} }))
    expect(consoleError.mock.calls).toEqual([
      [expect.stringMatching(/^routekey: ROUTEKEY_UNSET_SECRET: .*npx routekey generate ROUTEKEY_UNSET_SECRET/)],
    ])
  })

  it('gets one line for each variable and each problem', async () => {
    const logger = spyLogger()
    for (const name of ['A', 'B']) {
      for (const value of ['', 'changeme', 'secret', 'a b', undefined]) {
        const verifier = envSecret(name, { env: { [name]: value }, logger })
        await authenticate(new Request('http://localhost/'), verifier)
      }
    }
    expect(logger.error).toHaveBeenCalledTimes(6)
    expect(new Set(logger.error.mock.calls.map(([line]) => line)).size).toBe(6)
  })
})

it.each([
  ['ignores the query by default', {}, false],
  ['reads the query parameter with the name of its variable if asked to', { query: true }, true],
])('%s', async (_sentence, options, ok) => {
  const verifier = envSecret('S', { env: { S: current }, ...options })
  expect(await authenticate(new Request(`http://localhost/?S=${current}`), verifier)).toMatchObject({ ok })
})

it.each(['', 'a b', 'A-B', '1A', 'É', 'A\u0000', 'NEXT_PUBLIC_SECRET', 'VITE_SECRET', 'EXPO_PUBLIC_SECRET'])(
  'throws for the variable name %j',
  (name) => {
    expect(() => envSecret(name)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_VARIABLE' }))
  },
)

it('takes the bindings of a worker as they are typed, and refuses one that is not text', async () => {
  interface Env {
    readonly API_ROUTE_SECRET: string
    readonly KV: { get(name: string): Promise<string | null> }
  }
  const env: Env = { API_ROUTE_SECRET: current, KV: { get: async () => null } }
  const request = new Request('http://localhost/', { headers: { 'x-api-key': current } })
  expect(await authenticate(request, envSecret('API_ROUTE_SECRET', { env }))).toMatchObject({ ok: true })
  for (const name of ['KV', 'ABSENT', 'toString']) {
    // oxlint-disable-next-line no-await-in-loop -- three requests, one after the other
    expect(await authenticate(request, envSecret(name, { env, logger: spyLogger() }))).toMatchObject({
      denial: { code: 'secret_unset' },
    })
  }
})
