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

describe('rotation', () => {
  it('lets either secret in, and tells which', async () => {
    const env = { S: current, S_PREVIOUS: previous }
    expect(await present(current, env)).toBe('current')
    expect(await present(previous, env)).toBe('previous')
    expect(await present(randomBytes(32).toString('hex'), env)).toBe('invalid_key')
  })

  it('calls a secret that is both the current one', async () => {
    expect(await present(current, { S: current, S_PREVIOUS: current })).toBe('current')
  })

  it('lets the former one in no more once it is dropped', async () => {
    expect(await present(previous, { S: current })).toBe('invalid_key')
    expect(await present(previous, { S: current, S_PREVIOUS: '' })).toBe('invalid_key')
  })

  it('does not stand in for a current secret', async () => {
    expect(await present(previous, { S_PREVIOUS: previous })).toBe('secret_unset')
    expect(await present(previous, { S: 'changeme', S_PREVIOUS: previous })).toBe('secret_weak')
  })

  it.each(['changeme', 'a'.repeat(64), 'undefined', ` ${previous}`, `${previous}\n`])(
    'ignores the former secret %j, which never opens the route, and says so once',
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

describe('any reasonable secret', () => {
  it.each([
    randomBytes(32).toString('hex'),
    randomBytes(32).toString('base64'),
    randomBytes(32).toString('base64url'),
    'kT9#vQ2!mZ7$wX4%pL8&nB6*rD3^,hJ5',
    `"${current}"`,
    '/+=_-~.,;:!?@#$%^&*()[]{}<>|`\'"xY1',
  ])('passes and is the only one that does: %s', async (secret) => {
    expect(await present(secret, { S: secret })).toBe('current')
    expect(await present(secret.slice(1), { S: secret })).toBe('invalid_key')
    expect(await present(current, { S: secret })).toBe('invalid_key')
  })

  it.each([
    `${current} ${current}`,
    `${current}\t`,
    `é${current}`,
    `${current},`,
    `,${current}`,
    'kT9vQ2mZ7wX4pL8nB6rD3hJ5'.repeat(200),
  ])('that a header cannot carry intact is refused: %j', async (secret) => {
    expect(await present(current, { S: secret })).toBe('secret_unusable')
  })
})

describe('the environment', () => {
  it('is read at each request, not when the verifier is made', async () => {
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

  it('is not read when the module is imported or the verifier made', async () => {
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

  it('may be missing altogether, which refuses', async () => {
    vi.stubGlobal('process', undefined)
    try {
      const logger = spyLogger()
      const verifier = envSecret('S', { logger })
      const result = await authenticate(
        new Request('http://localhost/', { headers: { 'x-api-key': 'undefined' } }),
        verifier,
      )
      expect(result).toEqual({ ok: false, denial: { status: 503, code: 'secret_unset', variable: 'S' } })
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('does not lend inherited properties as secrets', async () => {
    expect(() => envSecret('__proto__', { env: {} })).not.toThrow()
    expect(await present('x', { S: undefined })).toBe('secret_unset')
    const verifier = envSecret('toString', { env: {}, logger: spyLogger() })
    const result = await authenticate(new Request('http://localhost/'), verifier)
    expect(result).toMatchObject({ ok: false, denial: { status: 503 } })
  })
})

describe('the log', () => {
  it('is the console unless another is given', async () => {
    const consoleError = vi.spyOn(console, 'error').mockImplementation(() => {})
    const verifier = envSecret('ROUTEKEY_UNSET_SECRET', { env: {} })
    await authenticate(new Request('http://localhost/'), verifier)
    await authenticate(new Request('http://localhost/'), verifier)
    await authenticate(new Request('http://localhost/'), envSecret('ROUTEKEY_UNSET_SECRET', { env: {} }))
    expect(consoleError).toHaveBeenCalledOnce()
    expect(consoleError.mock.calls[0]).toEqual([
      expect.stringMatching(/^routekey: ROUTEKEY_UNSET_SECRET: .*npx routekey generate ROUTEKEY_UNSET_SECRET/),
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

it.each(['', 'a b', 'A-B', '1A', 'É', 'A\u0000', 'NEXT_PUBLIC_SECRET', 'VITE_SECRET', 'EXPO_PUBLIC_SECRET'])(
  'refuses the variable name %j at once',
  (name) => {
    expect(() => envSecret(name)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_VARIABLE' }))
  },
)
