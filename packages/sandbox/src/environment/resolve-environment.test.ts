import { describe, expect, it } from 'vitest'
import { ownFile, messageOf, realSupabase, resolve, sandboxValues } from '../../test/environment-fixture.ts'
import { applicationEnvironment, envFileChanges } from './application-environment.ts'
import { resolveSandboxEnvironment } from './resolve-environment.ts'

describe('with nothing set', () => {
  it('starts every part on its default port and generates the secrets', () => {
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

  it('generates two different secrets of 256 bits', () => {
    const { generated } = resolveSandboxEnvironment({ processEnv: {}, fileValues: {} })
    expect(generated['API_ROUTE_SECRET']).toMatch(/^[0-9a-f]{64}$/)
    expect(generated['CRON_SECRET']).toMatch(/^[0-9a-f]{64}$/)
    expect(generated['API_ROUTE_SECRET']).not.toBe(generated['CRON_SECRET'])
  })

  it('gives the application and the file all variables', () => {
    const environment = resolve({})
    expect(applicationEnvironment(environment, sandboxValues)).toEqual({ ...ownFile, API_ROUTE_SECRET_PREVIOUS: '' })
    const { add, refresh } = envFileChanges(environment, sandboxValues)
    expect({ ...add, ...refresh }).toEqual(ownFile)
  })

  it('treats an empty variable as not set', () => {
    const empty = Object.fromEntries(Object.keys(ownFile).map((name) => [name, '']))
    expect(resolve(empty, empty)).toEqual(resolve({}))
  })
})

describe('with the file of an earlier start', () => {
  it('starts every part again and generates no secret', () => {
    const environment = resolve({}, ownFile)
    expect(environment.options).toMatchObject({ supabase: true, stripe: true, github: true })
    expect(environment.generated).toEqual({})
  })

  it('updates the addresses to the present ports', () => {
    const environment = resolve({ SANDBOX_STRIPE_PORT: '12112' }, ownFile)
    expect(environment.options.ports).toMatchObject({ stripe: 12_112 })
    const moved = { ...sandboxValues, stripe: { ...sandboxValues.stripe!, url: 'http://127.0.0.1:12112' } }
    expect(envFileChanges(environment, moved).refresh).toMatchObject({ STRIPE_API_BASE: 'http://127.0.0.1:12112' })
  })

  it('refuses the address of another server beside a key of the sandbox', () => {
    expect(messageOf({}, { ...ownFile, NEXT_PUBLIC_SUPABASE_URL: realSupabase.NEXT_PUBLIC_SUPABASE_URL })).toBe(
      'SUPABASE_SECRET_KEY is a value of the sandbox, but NEXT_PUBLIC_SUPABASE_URL is not. In apps/web/.env.local, ' +
        'set SUPABASE_SECRET_KEY to the value of that service, or remove NEXT_PUBLIC_SUPABASE_URL to use the sandbox.',
    )
    expect(messageOf({}, { ...ownFile, STRIPE_API_BASE: 'https://proxy.example.com' })).toMatch(
      /^STRIPE_SECRET_KEY is a value of the sandbox, but STRIPE_API_BASE is not/,
    )
  })

  it('refuses a real key beside other values of the sandbox', () => {
    expect(messageOf({}, { ...ownFile, STRIPE_SECRET_KEY: 'sk_test_real' })).toBe(
      'STRIPE_API_BASE is the address of the sandbox, but STRIPE_SECRET_KEY is not a key of the sandbox. ' +
        'Remove STRIPE_API_BASE from apps/web/.env.local to use Stripe.',
    )
    expect(messageOf({}, { ...ownFile, SUPABASE_SECRET_KEY: 'sb_secret_real' })).toMatch(
      /^NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY is a value of the sandbox/,
    )
    expect(messageOf({}, { ...ownFile, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_real' })).toMatch(
      /^SUPABASE_SECRET_KEY is a value of the sandbox/,
    )
  })
})

describe('with a configured service', () => {
  it.each([
    ['the process', realSupabase, {}],
    ['the file', {}, realSupabase],
    ['both', { SUPABASE_SECRET_KEY: 'sb_secret_real' }, { ...realSupabase, SUPABASE_SECRET_KEY: 'sb_secret_other' }],
    ['the process, over the file of a sandbox', realSupabase, ownFile],
  ])('does not start Supabase or GitHub if Supabase is configured in %s', (_source, processEnv, fileValues) => {
    const environment = resolve(processEnv, fileValues)
    expect(environment.options).toMatchObject({ supabase: false, github: false, stripe: true })
    const sandbox = { ...sandboxValues, supabase: null, github: null }
    expect(applicationEnvironment(environment, sandbox)).toMatchObject(realSupabase)
    expect(envFileChanges(environment, sandbox).refresh).not.toHaveProperty('SUPABASE_SECRET_KEY')
  })

  it('does not start Stripe if a key is set, and empties the sandbox values of the file', () => {
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

  it('does not start Stripe if another server and its key are set', () => {
    const variables = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_BASE: 'http://127.0.0.1:9999' }
    for (const environment of [resolve(variables, ownFile), resolve({}, variables)]) {
      expect(environment.options.stripe).toBe(false)
      expect(environment.settled).toMatchObject(variables)
    }
  })

  it('uses another sandbox if the process environment has its address and key', () => {
    const variables = { STRIPE_SECRET_KEY: 'sk_test_sandbox_2', STRIPE_API_BASE: 'http://127.0.0.1:9999' }
    expect(resolve(variables, ownFile).options.stripe).toBe(false)
    expect(resolve(variables, ownFile).settled).toMatchObject(variables)
  })

  it('uses an application that is registered at GitHub', () => {
    const environment = resolve({ GITHUB_CLIENT_ID: 'id' }, { GITHUB_CLIENT_SECRET: 'secret' })
    expect(environment.options.github).toEqual({ clientId: 'id', clientSecret: 'secret' })
  })

  it('signs the events of the sandbox with a configured webhook secret, and does not copy it to the file', () => {
    const environment = resolve({ STRIPE_WEBHOOK_SECRET: 'whsec_mine' })
    expect(environment.options).toMatchObject({ stripe: true, stripeWebhookSecret: 'whsec_mine' })
    const sandbox = { ...sandboxValues, stripe: { ...sandboxValues.stripe!, webhookSecret: 'whsec_mine' } }
    expect(applicationEnvironment(environment, sandbox)).toMatchObject({ STRIPE_WEBHOOK_SECRET: 'whsec_mine' })
    expect(envFileChanges(environment, sandbox).refresh).not.toHaveProperty('STRIPE_WEBHOOK_SECRET')
  })

  it('uses the Postgres, the directory and the web port of the environment', () => {
    const processEnv = { DATABASE_URL: 'postgres://localhost/x', SANDBOX_DIR: '/tmp/x', PORT: '3001' }
    expect(resolve(processEnv).options).toMatchObject({
      databaseUrl: 'postgres://localhost/x',
      dir: '/tmp/x',
      appUrl: 'http://localhost:3001',
    })
    expect(resolve({ PORT: '80' }).options.appUrl).toBe('http://localhost')
  })

  it.each(['localhost:5432/x', 'https://me:hunter2@localhost/x', 'postgres://me:hunter2@[x/x', ' '])(
    'refuses %j as the address of a Postgres, without printing it',
    (text) => {
      const message =
        'DATABASE_URL must be the address of a Postgres, such as postgres://user:password@localhost:5432/database. ' +
        'Change it, or unset it to use PGlite.'
      expect(() => resolve({ DATABASE_URL: text })).toThrow(
        expect.objectContaining({ code: 'ERR_SANDBOX_ENVIRONMENT', message }),
      )
    },
  )

  it('prefers each secret of the process to the one of the file', () => {
    const environment = resolve({ API_ROUTE_SECRET: 'process' }, { API_ROUTE_SECRET: 'file', CRON_SECRET: 'file' })
    expect(environment.settled).toMatchObject({ API_ROUTE_SECRET: 'process', CRON_SECRET: 'file' })
    expect(environment.generated).toEqual({})
  })
})
