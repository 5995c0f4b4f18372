import { describe, expect, it } from 'vitest'
import { decidePreflight } from './decide-preflight.ts'
import type { PreflightFacts } from './read-facts.ts'

const profiles = { table: 'public.profiles', id: 'id', customer: 'customer' }

const makeFacts = (fields: Partial<PreflightFacts> = {}): PreflightFacts => ({
  version: 170_000,
  kind: 'r',
  columns: [
    { name: 'id', type: 'uuid', unique: true, not_null: true },
    { name: 'customer', type: 'text', unique: false, not_null: false },
    { name: 'mail', type: 'citext', unique: false, not_null: false },
  ],
  can_create: true,
  can_add_triggers: true,
  has_users: true,
  can_watch_users: true,
  existing: [],
  replaceable: ['function public.repair_profiles'],
  installed_for: null,
  has_net: true,
  has_vault: true,
  has_cron: true,
  has_service_role: true,
  rows: { profiles: 0, linked: 0, shared: 0, strangers: 0 },
  ...fields,
})
const idColumn = { name: 'id', type: 'uuid', unique: true, not_null: true }

describe('decidePreflight', () => {
  it('finds nothing in an empty Supabase project', () => {
    expect(decidePreflight(makeFacts(), profiles)).toEqual({ problems: [], notes: [] })
    expect(
      decidePreflight(makeFacts({ has_users: false, can_watch_users: false }), { ...profiles, email: 'mail' }),
    ).toEqual({
      problems: [],
      notes: [],
    })
  })

  it.each<[string, Partial<PreflightFacts>, RegExp]>([
    ['a table that does not exist', { kind: null, columns: [], rows: null }, /public\.profiles does not exist/],
    ['a view', { kind: 'v' }, /not a table/],
    ['no column of the id', { columns: [] }, /no column id/],
    ['ids of another type', { columns: [{ ...idColumn, type: 'bigint' }] }, /is bigint/],
    ['ids that occur twice', { columns: [{ ...idColumn, unique: false }] }, /occur twice/],
    ['ids that can be null', { columns: [{ ...idColumn, not_null: false }] }, /can be null/],
    ['no column of the customer', { columns: [idColumn] }, /add column customer text unique/],
    ['a shared customer', { rows: { profiles: 3, linked: 3, shared: 2, strangers: 0 } }, /2 rows .* share/],
    ['no users and no e-mail', { has_users: false }, /--email/],
    ['an old Postgres', { version: 130_000 }, /PostgreSQL 14/],
    ['a role that cannot create', { can_create: false }, /cannot create/],
    ['a role that cannot add triggers', { can_add_triggers: false }, /triggers to public\.profiles/],
    ['a role that cannot watch users', { can_watch_users: false }, /triggers to auth\.users/],
    ['a name that is taken', { existing: ['relation public.stripe_event'] }, /stripe_event exists, and is not/],
    ['an engine for another table', { installed_for: 'app.users' }, /installed for app\.users/],
  ])('finds %s', (_what, fields, problem) => {
    expect(decidePreflight(makeFacts(fields), profiles).problems.join('\n')).toMatch(problem)
  })

  it('finds an e-mail that is not text', () => {
    const { problems } = decidePreflight(makeFacts(), { ...profiles, email: 'id' })
    expect(problems).toEqual([expect.stringContaining('no column id of text')])
  })

  it.each<[string, Partial<PreflightFacts>, RegExp]>([
    [
      'rows without a customer',
      { rows: { profiles: 9, linked: 2, shared: 0, strangers: 0 } },
      /^7 rows .* no customer/m,
    ],
    ['rows with a customer', { rows: { profiles: 9, linked: 2, shared: 0, strangers: 0 } }, /^2 rows .* keep/m],
    ['rows without a user', { rows: { profiles: 9, linked: 9, shared: 0, strangers: 4 } }, /^4 rows .* no e-mail/m],
    ['an upgrade', { installed_for: 'profiles', existing: ['relation public.stripe_event'] }, /upgrades it/],
    ['a function of the application', { existing: ['function public.repair_profiles'] }, /instead of its own/],
    ['no pg_net', { has_net: false }, /no pg_net, so/],
    ['no pg_net and no Vault', { has_net: false, has_vault: false }, /no pg_net and Vault/],
    ['no pg_cron', { has_cron: false }, /another scheduler/],
    ['no role of Supabase', { has_service_role: false }, /DATABASE_URL/],
  ])('notes %s', (_what, fields, note) => {
    const report = decidePreflight(makeFacts(fields), profiles)
    expect(report.problems).toEqual([])
    expect(report.notes.join('\n')).toMatch(note)
  })
})
