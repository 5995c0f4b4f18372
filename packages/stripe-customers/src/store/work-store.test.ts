import { describe, expect, it } from 'vitest'
import type { DatabaseFunctions } from './database-functions.ts'
import { createWorkStore } from './work-store.ts'

const profile = '11111111-1111-1111-1111-111111111111'

function createFunctions(result: unknown): DatabaseFunctions {
  return { rows: async () => result, value: async () => result }
}

function makeRow(row: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    profile_id: profile,
    kind: 'create',
    revision: 1,
    idempotency_key: `customer-${profile}-1`,
    parameters: { metadata: { profile_id: profile } },
    email: null,
    stripe_customer: null,
    attempts: 1,
    look_first: false,
    key_expired: false,
    unsettled_seconds: 0,
    key_sent_at: 1_700_000_000.5,
    account_number: 1,
    ...row,
  }
}

const claim = { lease: profile, leaseMs: 1000, batch: 10 }

describe('createWorkStore', () => {
  it('parses a claimed row, even if only Postgres accepts its id as a UUID', async () => {
    expect(await createWorkStore(createFunctions([makeRow()])).claim(claim)).toEqual([
      {
        profileId: profile,
        kind: 'create',
        revision: 1,
        idempotencyKey: `customer-${profile}-1`,
        parameters: { metadata: { profile_id: profile } },
        email: null,
        stripeCustomer: null,
        attempts: 1,
        lookFirst: false,
        keyExpired: false,
        unsettledSeconds: 0,
        keySentAt: 1_700_000_000.5,
        accountNumber: 1,
        refusedDetails: null,
      },
    ])
  })

  it.each([
    ['no rows', null],
    ['an error page', '<html>'],
    ['another kind', [makeRow({ kind: 'merge' })]],
    ['an empty key', [makeRow({ idempotency_key: '' })]],
    ['parameters for nobody', [makeRow({ parameters: { metadata: {} } })]],
    ['an invalid id', [makeRow({ profile_id: 'ada@example.com' })]],
  ])('refuses %s', async (_what, result) => {
    await expect(createWorkStore(createFunctions(result)).claim(claim)).rejects.toMatchObject({
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE',
      message: expect.not.stringContaining('ada@example.com'),
    })
  })

  it.each(['finished', null, undefined, 1])('refuses %s as the outcome of a completion', async (result) => {
    const store = createWorkStore(createFunctions(result))
    const completed = store.complete(
      { profileId: profile, lease: profile, revision: 1 },
      { kind: 'create', stripeCustomer: 'cus_1', email: null },
    )
    await expect(completed).rejects.toMatchObject({ code: 'ERR_STRIPE_CUSTOMERS_DATABASE_INVALID_RESPONSE' })
  })
})
