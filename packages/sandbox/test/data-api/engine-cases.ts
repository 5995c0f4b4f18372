import { expect } from 'vitest'
import type { FunctionCase } from './function-case.ts'

const error = { code: 'stripe_rejected', message: 'say "hi"\n', detail: { param: 'email' } }
const customer = 'cus_first'

/** The functions of the engine and of accounts, in the order of a user's life. */
export const engineCases: readonly FunctionCase[] = [
  { call: 'repair_profiles', args: () => ({}), result: () => 0 },
  { call: 'repair_profile_page', args: () => ({ after: null, batch: 10 }), result: () => [{ last: null, written: 0 }] },
  {
    call: 'tombstone_vanished_profiles',
    args: () => ({ after: null, batch: 10 }),
    result: () => [{ last: null, written: 0 }],
  },
  { call: 'open_stripe_customer_work', args: ({ userId }) => ({ targets: [userId] }), result: () => [] },
  { call: 'reconsider_stripe_customer', args: ({ userId }) => ({ target: userId }), result: () => false },
  {
    call: 'claim_stripe_customer_work',
    args: ({ lease, userId }) => ({ lease, lease_seconds: 60, batch: 1, target: userId }),
    result: ({ userId }) => [{ profile_id: userId, kind: 'create', parameters: { metadata: { profile_id: userId } } }],
  },
  {
    call: 'renew_stripe_customer_key',
    args: ({ userId, lease }) => ({ target: userId, lease }),
    result: ({ userId }) => [{ parameters: { metadata: { profile_id: userId } } }],
  },
  {
    call: 'retry_stripe_customer_work',
    args: ({ userId, lease }) => ({
      target: userId,
      lease,
      seen_revision: 1,
      delay_seconds: 0,
      error,
      counted: true,
      unsettled: false,
    }),
    result: () => expect.any(Number),
  },
  {
    call: 'read_stripe_customer',
    args: ({ userId }) => ({ target: userId }),
    result: () => [{ profile_exists: true, state: 'pending', last_error: error }],
  },
  {
    call: 'claim_stripe_customer_work',
    args: ({ lease }) => ({ lease, lease_seconds: 60 }),
    result: ({ userId }) => [{ profile_id: userId, attempts: 2 }],
  },
  {
    call: 'fail_stripe_customer_work',
    args: ({ userId, lease }) => ({ target: userId, lease, seen_revision: 1, error, refused: true }),
    result: () => 'failed',
  },
  {
    call: 'list_failed_stripe_customer_work',
    args: () => ({}),
    result: ({ userId }) => [{ profile_id: userId, last_error: error }],
  },
  { call: 'count_unmatched_stripe_customer_work', args: () => ({}), result: () => [{ unrecorded: 0, vanished: 0 }] },
  { call: 'count_profile_repairs', args: () => ({}), result: () => [{ missing: 0, outdated: 0 }] },
  { call: 'count_stripe_customer_work', args: () => ({}), result: () => [{ profiles: 1, failed: 1 }] },
  {
    call: 'report_stripe_customer_wake_ups',
    args: () => ({}),
    result: () => [
      { installed: true, configured: true, made_by_wake_up: 0, made_by_schedule: 0, results: expect.any(Object) },
    ],
  },
  { call: 'requeue_stripe_customer_work', args: ({ userId }) => ({ target: userId }), result: () => true },
  {
    call: 'claim_stripe_customer_work',
    args: ({ lease }) => ({ lease, lease_seconds: 60 }),
    result: ({ userId }) => [{ profile_id: userId, kind: 'create' }],
  },
  {
    call: 'complete_stripe_customer_work',
    args: ({ userId, lease }) => ({
      target: userId,
      lease,
      completed_kind: 'create',
      customer,
      customer_email: 'first@example.com',
      seen_revision: 2,
    }),
    result: () => 'done',
  },
  {
    call: 'list_stripe_customers',
    args: () => ({ batch: 10 }),
    result: ({ userId }) => [{ profile_id: userId, stripe_customer: customer, state: 'done', elsewhere: false }],
  },
  { call: 'find_linked_stripe_customers', args: () => ({ customers: [customer, 'cus_x'] }), result: () => [customer] },
  {
    call: 'read_stripe_customer_account',
    args: () => ({}),
    result: () => [{ number: 1, account: null, livemode: null, linked: [customer] }],
  },
  {
    call: 'record_stripe_customer_account',
    args: () => ({ account_number: 1, account: 'acct_1', livemode: false }),
    result: () => [{ account: 'acct_1', livemode: false }],
  },
  { call: 'begin_stripe_customer_account', args: () => ({ account: 'acct_1', livemode: false }), result: () => 1 },
  { call: 'move_stripe_customers', args: () => ({ kept: [], cleared: [] }), result: () => null },
  { call: 'dismiss_deletions_elsewhere', args: () => ({ batch: 10 }), result: () => [] },
  { call: 'dismiss_stripe_customer_work', args: ({ userId }) => ({ target: userId }), result: () => false },
  {
    call: 'link_stripe_customer',
    args: ({ userId }) => ({ target: userId, customer: 'cus_second', instead_of: customer }),
    result: () => true,
  },
  {
    call: 'apply_stripe_event',
    args: () => ({ event_id: 'evt_1', event_type: 'customer.deleted', customer: 'cus_other' }),
    result: () => [{ outcome: 'unknown_customer', profile_id: null }],
  },
  { call: 'unlink_stripe_customer', args: () => ({ customer: 'cus_second' }), result: ({ userId }) => userId },
  {
    call: 'find_stripe_customer_owners',
    args: ({ userId, lease }) => ({ targets: [userId, lease] }),
    result: ({ userId, lease }) => [
      { profile_id: userId, profile_exists: true },
      { profile_id: lease, profile_exists: false },
    ],
  },
  {
    call: 'delete_orphaned_stripe_customer',
    args: ({ userId }) => ({ target: userId, customer: 'cus_second' }),
    result: () => false,
  },
  {
    call: 'is_recent_sign_in',
    args: ({ userId, sessionId }) => ({ user_id: userId, session_id: sessionId }),
    result: () => true,
  },
  {
    call: 'delete_own_account',
    args: ({ userId, lease }) => ({ user_id: userId, session_id: lease }),
    result: () => false,
  },
  {
    call: 'note_sign_up_conflict',
    args: () => ({ address: 'nobody@example.com', mark: 'mark' }),
    result: () => null,
  },
  { call: 'delete_account', args: ({ userId }) => ({ user_id: userId }), result: () => true },
]
