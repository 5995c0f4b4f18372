import { describe, expect, it } from 'vitest'
import type { DatabaseFunctions } from './database-functions.ts'
import { createWorkStore } from './work-store.ts'

const profile = '11111111-1111-1111-1111-111111111111'

function createAnswering(answer: unknown): DatabaseFunctions {
  return { rows: async () => answer, value: async () => answer }
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
    first_attempt_age_seconds: 0,
    unsettled_seconds: 0,
    ...row,
  }
}

const claim = { lease: profile, leaseMs: 1000, batch: 10 }

describe('createWorkStore', () => {
  it('reads a claimed row, also one whose id is a uuid to Postgres alone', async () => {
    expect(await createWorkStore(createAnswering([makeRow()])).claim(claim)).toEqual([
      {
        profileId: profile,
        kind: 'create',
        revision: 1,
        idempotencyKey: `customer-${profile}-1`,
        parameters: { metadata: { profile_id: profile } },
        email: null,
        stripeCustomer: null,
        attempts: 1,
        firstAttemptAgeSeconds: 0,
        unsettledSeconds: 0,
      },
    ])
  })

  it.each([
    ['no rows', null],
    ['an error page', '<html>'],
    ['another kind', [makeRow({ kind: 'merge' })]],
    ['an empty key', [makeRow({ idempotency_key: '' })]],
    ['parameters for nobody', [makeRow({ parameters: { metadata: {} } })]],
    ['an id that is none', [makeRow({ profile_id: 'ada@example.com' })]],
  ])('does not work on %s', async (_what, answer) => {
    await expect(createWorkStore(createAnswering(answer)).claim(claim)).rejects.toMatchObject({
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER',
      message: expect.not.stringContaining('ada@example.com'),
    })
  })

  it.each(['finished', null, undefined, 1])('does not take %s for the outcome of a completion', async (answer) => {
    const store = createWorkStore(createAnswering(answer))
    const completed = store.complete(
      { profileId: profile, lease: profile, revision: 1 },
      { kind: 'create', stripeCustomer: 'cus_1', email: null },
    )
    await expect(completed).rejects.toMatchObject({ code: 'ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER' })
  })
})
