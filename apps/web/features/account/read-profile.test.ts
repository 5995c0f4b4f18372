import { createClient } from '@supabase/supabase-js'
import { describe, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { readProfile } = await import('./read-profile.ts')

const id = '0b0e7ed0-4a1a-4f9e-9b5e-0a5bc1a6d7f1'
const profile = { email: 'ada@example.com', stripe_customer: null as string | null, created_at: '2026-11-23T18:00:00Z' }

/** The real client, with responses in the format of PostgREST. */
function read(tables: { profile: unknown; stripe_customer_progress: unknown }, status = 200) {
  const answer = async (input: RequestInfo | URL): Promise<Response> => {
    const address = new URL(input instanceof Request ? input.url : input)
    const table = address.pathname.endsWith('/profile') ? 'profile' : 'stripe_customer_progress'
    return Response.json(tables[table] === null ? [] : [tables[table]], { status })
  }
  const client = createClient('http://127.0.0.1:9', 'sb_publishable_1', {
    auth: { persistSession: false },
    global: { fetch: answer },
  })
  return readProfile(client, id)
}

describe('readProfile', () => {
  it.each([
    ['no row', null, { status: 'pending' }],
    [
      'a row that is due',
      { status: 'pending', next_attempt_at: '2026-11-23T18:00:00Z', cause: null },
      { status: 'pending' },
    ],
    [
      'a row of a user who is not confirmed',
      { status: 'waiting', next_attempt_at: null, cause: null },
      { status: 'waiting' },
    ],
    [
      'a row that is retried',
      { status: 'retrying', next_attempt_at: '2026-11-23T18:00:20+00:00', cause: 'stripe' },
      { status: 'retrying', nextAttemptAt: '2026-11-23T18:00:20.000Z', cause: 'stripe' },
    ],
    [
      'a row whose retry is in progress',
      { status: 'retrying', next_attempt_at: null, cause: 'application' },
      { status: 'retrying', nextAttemptAt: null, cause: 'application' },
    ],
    [
      'a row that failed',
      { status: 'failed', next_attempt_at: null, cause: 'details' },
      { status: 'failed', cause: 'details' },
    ],
    [
      'a row that is done although the customer was deleted',
      { status: 'done', next_attempt_at: null, cause: null },
      { status: 'pending' },
    ],
  ])('turns %s into a progress', async (_, row, progress) => {
    expect((await read({ profile, stripe_customer_progress: row }))?.progress).toEqual(progress)
  })

  it.each(['pending', 'retrying', 'failed'])(
    'prefers the customer of the profile over a row that is %s',
    async (status) => {
      const linked = { ...profile, stripe_customer: 'cus_1' }
      const row = { status, next_attempt_at: '2026-11-23T18:00:20Z', cause: null }
      const progress = { status: 'done', stripeCustomer: 'cus_1' }
      expect((await read({ profile: linked, stripe_customer_progress: row }))?.progress).toEqual(progress)
    },
  )

  it('returns null without a profile', async () => {
    expect(await read({ profile: null, stripe_customer_progress: null })).toBeNull()
  })

  it.each([
    ['an error', { profile, stripe_customer_progress: null }, 400],
    [
      'an unexpected shape',
      { profile, stripe_customer_progress: { status: 'unknown', next_attempt_at: null, cause: null } },
      200,
    ],
  ])('throws on %s', async (_, tables, status) => {
    await expect(read(tables, status)).rejects.toBeInstanceOf(Error)
  })
})
