import { describe, expect, it } from 'vitest'

import { EnvironmentError } from '../errors.ts'
import type { Sandbox } from '../start-sandbox.ts'
import {
  applicationEnvironment,
  envFileChanges,
  resolveSandboxEnvironment,
  type Variables,
} from './resolve-environment.ts'

const sandboxValues: Sandbox = {
  supabase: {
    url: 'http://127.0.0.1:54321',
    publishableKey: 'sb_publishable_sandbox_1',
    secretKey: 'sb_secret_sandbox_1',
    mailDirectory: '.sandbox/mail',
  },
  stripe: { url: 'http://127.0.0.1:12111', secretKey: 'sk_test_sandbox_1', webhookSecret: 'whsec_sandbox_1' },
  github: { url: 'http://127.0.0.1:4001' },
  stop: async () => {},
}

/** What a first start leaves in the file. */
const ownFile = {
  API_ROUTE_SECRET: 'generated',
  CRON_SECRET: 'generated',
  NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321',
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_sandbox_1',
  SUPABASE_SECRET_KEY: 'sb_secret_sandbox_1',
  STRIPE_SECRET_KEY: 'sk_test_sandbox_1',
  STRIPE_API_BASE: 'http://127.0.0.1:12111',
  STRIPE_WEBHOOK_SECRET: 'whsec_sandbox_1',
}

const realSupabase = {
  NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co',
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_real',
  SUPABASE_SECRET_KEY: 'sb_secret_real',
}

function resolve(processEnv: Variables, fileValues: Variables = {}) {
  return resolveSandboxEnvironment({ processEnv, fileValues, generateSecret: () => 'generated' })
}

/** The variable and the message of the error that resolving throws. */
function failureOf(processEnv: Variables, fileValues: Variables = {}): { variable: string; message: string } {
  try {
    resolve(processEnv, fileValues)
  } catch (error) {
    if (error instanceof EnvironmentError) return { variable: error.variable, message: error.message }
    throw error
  }
  throw new Error('Nothing was thrown')
}

describe('with nothing set', () => {
  it('starts every part on its default port and creates the secrets', () => {
    const environment = resolve({})
    expect(environment.options).toEqual({
      ports: { supabase: 54_321, stripe: 12_111, github: 4001 },
      appUrl: 'http://localhost:3000',
      apiRouteSecret: 'generated',
      cronSecret: 'generated',
      supabase: true,
      stripe: true,
      github: true,
    })
    expect(environment.generated).toEqual({ API_ROUTE_SECRET: 'generated', CRON_SECRET: 'generated' })
  })

  it('creates two different secrets of 256 bits', () => {
    const { generated } = resolveSandboxEnvironment({ processEnv: {}, fileValues: {} })
    expect(generated['API_ROUTE_SECRET']).toMatch(/^[0-9a-f]{64}$/)
    expect(generated['CRON_SECRET']).toMatch(/^[0-9a-f]{64}$/)
    expect(generated['API_ROUTE_SECRET']).not.toBe(generated['CRON_SECRET'])
  })

  it('gives the application everything, and the file the same', () => {
    const environment = resolve({})
    expect(applicationEnvironment(environment, sandboxValues)).toEqual({ ...ownFile, API_ROUTE_SECRET_PREVIOUS: '' })
    const { add, refresh } = envFileChanges(environment, sandboxValues)
    expect({ ...add, ...refresh }).toEqual(ownFile)
  })

  it('treats an empty variable as one that is not set', () => {
    const empty = Object.fromEntries(Object.keys(ownFile).map((name) => [name, '']))
    expect(resolve(empty, empty)).toEqual(resolve({}))
  })
})

describe('with what a former start has written', () => {
  it('starts every part again and creates no secret', () => {
    const environment = resolve({}, ownFile)
    expect(environment.options).toMatchObject({ supabase: true, stripe: true, github: true })
    expect(environment.generated).toEqual({})
  })

  it('lets the addresses follow the present ports', () => {
    const environment = resolve({ SANDBOX_STRIPE_PORT: '12112' }, ownFile)
    expect(environment.options.ports).toMatchObject({ stripe: 12_112 })
    const moved = { ...sandboxValues, stripe: { ...sandboxValues.stripe!, url: 'http://127.0.0.1:12112' } }
    expect(envFileChanges(environment, moved).refresh).toMatchObject({ STRIPE_API_BASE: 'http://127.0.0.1:12112' })
  })

  it('refuses an address of another server beside a key of the sandbox', () => {
    expect(failureOf({}, { ...ownFile, NEXT_PUBLIC_SUPABASE_URL: realSupabase.NEXT_PUBLIC_SUPABASE_URL })).toEqual({
      variable: 'SUPABASE_SECRET_KEY',
      message: expect.stringContaining('NEXT_PUBLIC_SUPABASE_URL does not'),
    })
    expect(failureOf({}, { ...ownFile, STRIPE_API_BASE: 'https://proxy.example.com' }).variable).toBe(
      'STRIPE_SECRET_KEY',
    )
  })

  it('refuses a real key beside what is left of the sandbox', () => {
    expect(failureOf({}, { ...ownFile, STRIPE_SECRET_KEY: 'sk_test_real' }).variable).toBe('STRIPE_API_BASE')
    expect(failureOf({}, { ...ownFile, SUPABASE_SECRET_KEY: 'sb_secret_real' }).variable).toBe(
      'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY',
    )
    expect(failureOf({}, { ...ownFile, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_real' }).variable).toBe(
      'SUPABASE_SECRET_KEY',
    )
  })
})

describe('with a service that is configured', () => {
  it.each([
    ['the process', realSupabase, {}],
    ['the file', {}, realSupabase],
    ['both', { SUPABASE_SECRET_KEY: 'sb_secret_real' }, { ...realSupabase, SUPABASE_SECRET_KEY: 'sb_secret_other' }],
    ['the process, over a file that is the sandbox’s', realSupabase, ownFile],
  ])('leaves Supabase and GitHub to %s', (_source, processEnv, fileValues) => {
    const environment = resolve(processEnv, fileValues)
    expect(environment.options).toMatchObject({ supabase: false, github: false, stripe: true })
    const sandbox = { ...sandboxValues, supabase: null, github: null }
    expect(applicationEnvironment(environment, sandbox)).toMatchObject(realSupabase)
    expect(envFileChanges(environment, sandbox).refresh).not.toHaveProperty('SUPABASE_SECRET_KEY')
  })

  it('leaves Stripe to a key, and blanks what the file says about the sandbox', () => {
    const environment = resolve({ STRIPE_SECRET_KEY: 'sk_test_real' }, ownFile)
    expect(environment.options).toMatchObject({ stripe: false, supabase: true })
    const sandbox = { ...sandboxValues, stripe: null }
    expect(applicationEnvironment(environment, sandbox)).toMatchObject({
      STRIPE_SECRET_KEY: 'sk_test_real',
      STRIPE_API_BASE: '',
      STRIPE_WEBHOOK_SECRET: '',
    })
    expect(envFileChanges(environment, sandbox).refresh).not.toHaveProperty('STRIPE_SECRET_KEY')
  })

  it('leaves Stripe to another server with its key', () => {
    const variables = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_BASE: 'http://127.0.0.1:9999' }
    for (const environment of [resolve(variables, ownFile), resolve({}, variables)]) {
      expect(environment.options.stripe).toBe(false)
      expect(environment.settled).toMatchObject(variables)
    }
  })

  it('takes a sandbox that runs elsewhere, if the process says so', () => {
    const variables = { STRIPE_SECRET_KEY: 'sk_test_sandbox_2', STRIPE_API_BASE: 'http://127.0.0.1:9999' }
    expect(resolve(variables, ownFile).options.stripe).toBe(false)
    expect(resolve(variables, ownFile).settled).toMatchObject(variables)
  })

  it('uses the application that is registered at GitHub', () => {
    const environment = resolve({ GITHUB_CLIENT_ID: 'id' }, { GITHUB_CLIENT_SECRET: 'secret' })
    expect(environment.options.github).toEqual({ clientId: 'id', clientSecret: 'secret' })
  })

  it('lets a Stripe webhook secret sign the events of the sandbox, and does not copy it to the file', () => {
    const environment = resolve({ STRIPE_WEBHOOK_SECRET: 'whsec_mine' })
    expect(environment.options).toMatchObject({ stripe: true, stripeWebhookSecret: 'whsec_mine' })
    const sandbox = { ...sandboxValues, stripe: { ...sandboxValues.stripe!, webhookSecret: 'whsec_mine' } }
    expect(applicationEnvironment(environment, sandbox)).toMatchObject({ STRIPE_WEBHOOK_SECRET: 'whsec_mine' })
    expect(envFileChanges(environment, sandbox).refresh).not.toHaveProperty('STRIPE_WEBHOOK_SECRET')
  })

  it('uses the Postgres, the directory and the web port that are set', () => {
    const processEnv = { DATABASE_URL: 'postgres://localhost/x', SANDBOX_DIR: '/tmp/x', PORT: '3001' }
    expect(resolve(processEnv).options).toMatchObject({
      databaseUrl: 'postgres://localhost/x',
      dir: '/tmp/x',
      appUrl: 'http://localhost:3001',
    })
    expect(resolve({ PORT: '80' }).options.appUrl).toBe('http://localhost')
  })

  it('takes each secret from the process before the file', () => {
    const environment = resolve({ API_ROUTE_SECRET: 'process' }, { API_ROUTE_SECRET: 'file', CRON_SECRET: 'file' })
    expect(environment.settled).toMatchObject({ API_ROUTE_SECRET: 'process', CRON_SECRET: 'file' })
    expect(environment.generated).toEqual({})
  })
})

describe('with a service that is configured by half', () => {
  it.each<[string, Variables, Variables]>([
    ['SUPABASE_SECRET_KEY', { NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co' }, {}],
    ['SUPABASE_SECRET_KEY', {}, { NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321' }],
    ['SUPABASE_SECRET_KEY', { NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co' }, ownFile],
    ['NEXT_PUBLIC_SUPABASE_URL', { ...realSupabase, NEXT_PUBLIC_SUPABASE_URL: undefined }, ownFile],
    ['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', {}, { ...realSupabase, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: '' }],
    ['STRIPE_SECRET_KEY', { STRIPE_API_BASE: 'http://127.0.0.1:9999' }, {}],
    ['STRIPE_SECRET_KEY', { STRIPE_API_BASE: 'http://127.0.0.1:9999' }, ownFile],
    ['STRIPE_SECRET_KEY', {}, { STRIPE_API_BASE: 'http://127.0.0.1:9999' }],
    ['STRIPE_API_BASE', { STRIPE_SECRET_KEY: 'sk_test_sandbox_2' }, {}],
    ['GITHUB_CLIENT_SECRET', { GITHUB_CLIENT_ID: 'id' }, {}],
    ['GITHUB_CLIENT_ID', {}, { GITHUB_CLIENT_SECRET: 'secret' }],
  ])('names %s as missing', (variable, processEnv, fileValues) => {
    expect(failureOf(processEnv, fileValues)).toEqual({
      variable,
      message: expect.stringContaining(`${variable} is missing`),
    })
  })

  it.each(['SANDBOX_SUPABASE_PORT', 'SANDBOX_STRIPE_PORT', 'SANDBOX_GITHUB_PORT', 'PORT'])(
    'refuses a malformed %s',
    (variable) => {
      for (const value of ['65536', '-1', '80a', '1e3', ' 80']) {
        expect(failureOf({ [variable]: value }).variable).toBe(variable)
      }
    },
  )

  it('refuses any port for the application, whose address is told before it listens', () => {
    expect(failureOf({ PORT: '0' })).toMatchObject({
      variable: 'PORT',
      message: 'PORT must be a port number from 1 to 65535, but it is "0".',
    })
    expect(resolve({ SANDBOX_STRIPE_PORT: '0' }).options.ports).toMatchObject({ stripe: 0 })
  })

  it('never quotes a secret', () => {
    const secret = 'sk_live_do_not_print'
    const { message } = failureOf({ STRIPE_SECRET_KEY: secret, GITHUB_CLIENT_ID: secret })
    expect(message).not.toContain(secret)
  })
})
