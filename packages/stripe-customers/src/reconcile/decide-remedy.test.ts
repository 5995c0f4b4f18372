import { describe, expect, it } from 'vitest'
import type { Difference } from './decide-profile.ts'
import { decideRemedy } from './decide-remedy.ts'

const about = { profileId: '0b0e7ed0-4a1a-4f9e-9b5e-0a5bc1a6d7f1', stripeCustomer: 'cus_a' }
const keep = { deleteDuplicates: false }
const remove = { deleteDuplicates: true }

describe('decideRemedy', () => {
  it('leaves a possible customer to a person, with the commands for both decisions', () => {
    const possible = { kind: 'possible', ...about } as const
    expect(decideRemedy({ ...possible, linked: null }, remove)).toEqual({
      action: 'leave',
      why: `it has the same e-mail; to link it, run: stripe-customers relink ${about.profileId} cus_a, or to create another: stripe-customers requeue ${about.profileId}`,
    })
    expect(decideRemedy({ ...possible, linked: 'cus_b' }, remove)).toMatchObject({ action: 'none' })
  })

  it.each([
    [{ kind: 'missing', profileId: about.profileId, adopt: null }, { action: 'requeue' }],
    [
      { kind: 'missing', profileId: about.profileId, adopt: 'cus_b' },
      { action: 'link', stripeCustomer: 'cus_b', insteadOf: null },
    ],
    [{ kind: 'deleted', ...about, unknown: false, adopt: null }, { action: 'replace' }],
    [
      { kind: 'deleted', ...about, unknown: false, adopt: 'cus_b' },
      { action: 'link', stripeCustomer: 'cus_b', insteadOf: 'cus_a' },
    ],
    [{ kind: 'email_drift', ...about }, { action: 'requeue' }],
    [{ kind: 'unmarked', ...about }, { action: 'requeue' }],
    [{ kind: 'orphaned', ...about, deletable: true }, { action: 'delete_orphan' }],
  ] satisfies [Difference, object][])('fixes %j', (finding, remedy) => {
    expect(decideRemedy(finding, keep)).toEqual(remedy)
    expect(decideRemedy(finding, remove)).toEqual(remedy)
  })

  it('deletes a duplicate only if told to, and never one that is older or in use', () => {
    const unused = { subscribed: false, inUse: null, older: false } as const
    const duplicate: Difference = { kind: 'duplicate', ...about, kept: 'cus_b', ...unused }
    expect(decideRemedy(duplicate, keep).action).toBe('leave')
    expect(decideRemedy(duplicate, remove)).toEqual({ action: 'delete_duplicate' })
    const left: Difference[] = [
      { ...duplicate, older: true },
      ...(['subscription', 'payment_method', 'invoice', 'balance'] as const).map((inUse) => ({ ...duplicate, inUse })),
    ]
    for (const finding of left) {
      const remedy = decideRemedy(finding, remove)
      const why = expect.stringContaining(`stripe-customers relink ${about.profileId} cus_a`)
      expect(remedy).toEqual({ action: 'leave', why })
    }
  })

  it('leaves findings that may mean the wrong account or the wrong database', () => {
    for (const adopt of [null, 'cus_b']) {
      expect(decideRemedy({ kind: 'deleted', ...about, unknown: true, adopt }, remove).action).toBe('leave')
    }
    expect(decideRemedy({ kind: 'orphaned', ...about, deletable: false }, remove).action).toBe('leave')
  })
})
