import { describe, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { EnvironmentError, publicEnv, stripeEnv, stripeWebhookSecret, supabaseSecretKey } = await import('./env.ts')

const supabase = {
  NEXT_PUBLIC_SUPABASE_URL: 'http://127.0.0.1:54321',
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_sandbox_1',
}

function errorOf(run: () => unknown): InstanceType<typeof EnvironmentError> {
  try {
    run()
  } catch (error) {
    if (error instanceof EnvironmentError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}

describe('publicEnv', () => {
  it('returns the URL and the publishable key', () => {
    expect(publicEnv(supabase)).toEqual({
      supabaseUrl: 'http://127.0.0.1:54321',
      supabasePublishableKey: 'sb_publishable_sandbox_1',
    })
  })

  it('names every missing variable and the fix', () => {
    const error = errorOf(() => publicEnv({}))
    expect(error.variables).toEqual(Object.keys(supabase))
    expect(error.message).toContain('NEXT_PUBLIC_SUPABASE_URL is not set')
    expect(error.message).toContain('apps/web/.env.local')
    expect(error.message).toContain('npm start')
  })

  it('treats an empty variable as not set', () => {
    const error = errorOf(() => publicEnv({ ...supabase, NEXT_PUBLIC_SUPABASE_URL: '' }))
    expect(error.variables).toEqual(['NEXT_PUBLIC_SUPABASE_URL'])
    expect(error.message).toContain('NEXT_PUBLIC_SUPABASE_URL is not set')
  })

  it.each([
    '127.0.0.1:54321',
    'ftp://example.com',
    'javascript:alert(1)',
    'not a url',
    'https://user:hushhush@example.com',
    'https://hushhush@example.com',
  ])('refuses the URL %j without repeating it', (address) => {
    const error = errorOf(() => publicEnv({ ...supabase, NEXT_PUBLIC_SUPABASE_URL: address }))
    expect(error.variables).toEqual(['NEXT_PUBLIC_SUPABASE_URL'])
    expect(error.message).not.toContain(address)
    expect(error.message).not.toContain('hushhush')
  })
})

describe('supabaseSecretKey', () => {
  it('is read at each call, so that one build serves every environment', () => {
    vi.stubEnv('SUPABASE_SECRET_KEY', 'sb_secret_first')
    expect(supabaseSecretKey()).toBe('sb_secret_first')
    vi.stubEnv('SUPABASE_SECRET_KEY', 'sb_secret_second')
    expect(supabaseSecretKey()).toBe('sb_secret_second')
    vi.unstubAllEnvs()
  })

  it('throws if the variable is empty', () => {
    expect(errorOf(() => supabaseSecretKey({ SUPABASE_SECRET_KEY: '' })).code).toBe('ERR_ENV_INVALID')
  })
})

describe('stripeEnv', () => {
  it.each([undefined, ''])('uses Stripe itself if STRIPE_API_BASE is %j', (base) => {
    expect(stripeEnv({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_BASE: base }).apiBase).toBeNull()
  })

  it('returns the URL of another server', () => {
    const { apiBase } = stripeEnv({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_API_BASE: 'http://127.0.0.1:12111' })
    expect(apiBase?.host).toBe('127.0.0.1:12111')
  })

  it.each([
    ['sk_live_1', true],
    ['rk_live_1', true],
    ['sk_test_live_1', false],
    ['rk_test_1', false],
  ])('tells the mode of %s', (key, livemode) => {
    expect(stripeEnv({ STRIPE_SECRET_KEY: key }).livemode).toBe(livemode)
  })

  it('never includes the key in its message', () => {
    const error = errorOf(() => stripeEnv({ STRIPE_SECRET_KEY: 'sk_test_hush', STRIPE_API_BASE: 'nowhere' }))
    expect(error.variables).toEqual(['STRIPE_API_BASE'])
    expect(error.message).not.toContain('sk_test_hush')
  })
})

describe('stripeWebhookSecret', () => {
  it('returns a signing secret', () => {
    const secret = `whsec_${'a1'.repeat(16)}`
    expect(stripeWebhookSecret({ STRIPE_WEBHOOK_SECRET: secret })).toBe(secret)
  })

  it.each([
    undefined,
    '',
    'changeme',
    'whsec_',
    'whsec_short',
    `sk_test_${'a1'.repeat(16)}`,
    `whsec_${'a '.repeat(16)}`,
  ])('refuses %j without repeating it', (secret) => {
    const error = errorOf(() => stripeWebhookSecret({ STRIPE_WEBHOOK_SECRET: secret }))
    expect(error.variables).toEqual(['STRIPE_WEBHOOK_SECRET'])
    expect(error.message.replace('whsec_…', '')).not.toContain(secret || 'undefined')
  })
})

describe('a key', () => {
  const hex = 'a1'.repeat(16)
  const readers: Record<string, (value: string) => unknown> = {
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: (value) =>
      publicEnv({ ...supabase, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: value }).supabasePublishableKey,
    SUPABASE_SECRET_KEY: (value) => supabaseSecretKey({ SUPABASE_SECRET_KEY: value }),
    STRIPE_SECRET_KEY: (value) => stripeEnv({ STRIPE_SECRET_KEY: value }).secretKey,
    STRIPE_WEBHOOK_SECRET: (value) => stripeWebhookSecret({ STRIPE_WEBHOOK_SECRET: value }),
  }
  const valid: [string, string][] = [
    ['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', `sb_publishable_${hex}`],
    ['NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY', `eyJhbGciOiJIUzI1NiJ9.${hex}.${hex}-_`],
    ['SUPABASE_SECRET_KEY', `sb_secret_${hex}_a-b`],
    ['SUPABASE_SECRET_KEY', `eyJhbGciOiJIUzI1NiJ9.${hex}.${hex}-_`],
    ['STRIPE_SECRET_KEY', `sk_live_${hex}`],
    ['STRIPE_SECRET_KEY', `rk_test_${hex}`],
    ['STRIPE_WEBHOOK_SECRET', `whsec_${hex}`],
    ['STRIPE_WEBHOOK_SECRET', `whsec_${Buffer.from(hex).toString('base64')}`],
  ]

  it.each(valid)('in %s loses the white space around it: %s', (name, value) => {
    for (const text of [value, `${value}\n`, `  ${value}\r\n`, `\t${value} `]) expect(readers[name]!(text)).toBe(value)
  })

  it.each(valid)(
    'in %s is refused in quotes, with white space or another character in it, without repeating it: %s',
    (name, value) => {
      const inside = `${value.slice(0, 20)}\n${value.slice(20)}`
      for (const text of [
        `"${value}"`,
        `'${value}'`,
        `${value}"`,
        inside,
        `${value} #x`,
        `${value}\0`,
        `${value}\u2013`,
      ]) {
        const error = errorOf(() => readers[name]!(text))
        expect(error.variables).toEqual([name])
        expect(error.message).toContain(`${name} must be `)
        expect(error.message).toContain('without quotes or spaces')
        expect(error.message).not.toContain(hex.slice(0, 8))
      }
    },
  )

  it('is refused in the variable of another one', () => {
    for (const [name, read] of Object.entries(readers)) {
      const others = valid.filter(([other, value]) => other !== name && !value.startsWith('eyJ'))
      for (const [, value] of [...others, ['', 'changeme'], ['', `pk_test_${hex}`]] as const) {
        expect(errorOf(() => read(value)).variables, value).toEqual([name])
      }
    }
  })
})
