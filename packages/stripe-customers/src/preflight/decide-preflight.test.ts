import { describe, expect, it } from 'vitest'
import { decidePreflight } from './decide-preflight.ts'
import type { PreflightFacts } from './read-facts.ts'

const profiles = { table: 'public.profiles', id: 'id', customer: 'customer' }

type Column = PreflightFacts['columns'][number]

const makeColumn = (fields: Partial<Column> = {}): Column => ({
  name: 'customer',
  quoted: fields.name ?? 'customer',
  type: 'text',
  length: null,
  not_null: false,
  generated: false,
  default: null,
  numbered: false,
  unique: false,
  ...fields,
})
const idColumn = makeColumn({ name: 'id', type: 'uuid', unique: true, not_null: true })
const withCustomer = (fields: Partial<Column>) => ({ columns: [idColumn, makeColumn(fields)] })
const noRows = { profiles: 0, linked: 0, blank: 0, shared: 0, strangers: 0 }

const makeFacts = (fields: Partial<PreflightFacts> = {}): PreflightFacts => ({
  version: 170_000,
  role: 'postgres',
  name: 'public.profiles',
  kind: 'r',
  columns: [idColumn, makeColumn(), makeColumn({ name: 'mail', type: 'citext' })],
  can_create: true,
  can_add_triggers: true,
  can_read: true,
  is_owner: true,
  is_filtered: false,
  has_users: true,
  has_auth: true,
  can_watch_users: true,
  can_read_users: true,
  existing: [],
  replaceable: ['function public.repair_profiles'],
  taken_index: null,
  installed: null,
  writers: [],
  has_net: true,
  has_vault: true,
  has_cron: true,
  has_service_role: true,
  rows: noRows,
  ...fields,
})

describe('decidePreflight', () => {
  it('finds nothing in an empty Supabase project', () => {
    expect(decidePreflight(makeFacts(), profiles)).toEqual({ problems: [], notes: [] })
    expect(
      decidePreflight(makeFacts({ has_users: false, has_auth: false, can_watch_users: false }), {
        ...profiles,
        email: 'mail',
      }),
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
    ['a shared customer', { rows: { ...noRows, profiles: 3, linked: 3, shared: 2 } }, /2 rows .* share/],
    ['a partitioned table', { kind: 'p' }, /partitioned/],
    ['a generated customer', withCustomer({ generated: true }), /generated/],
    ['a customer that cannot be null', withCustomer({ not_null: true }), /alter column customer drop not null;/],
    ['a default customer', withCustomer({ default: "''::text" }), /alter column customer drop default;/],
    ['a short customer', withCustomer({ type: 'character varying', length: 10 }), /alter column customer type text;/],
    ['blank customers', { rows: { ...noRows, profiles: 1, linked: 1, blank: 1 } }, /set customer = null where/],
    ['rows that are hidden', { is_filtered: true, rows: null }, /no force row level security;/],
    ['users that are not those of Supabase Auth', { has_auth: false }, /not that of Supabase Auth.*--email/],
    ['a role that cannot read users', { can_read_users: false }, /cannot read all of auth\.users/],
    ['the name of the index', { taken_index: 'relation public.i' }, /relation public\.i exists/],
    ['no users and no e-mail', { has_users: false, has_auth: false }, /no auth\.users.*--email/],
    ['an old Postgres', { version: 130_000 }, /PostgreSQL 14/],
    ['a role that cannot create', { can_create: false }, /cannot create/],
    ['a role that cannot add triggers', { can_add_triggers: false }, /triggers to public\.profiles/],
    ['a role that cannot watch users', { can_watch_users: false }, /triggers to auth\.users/],
    ['a name that is taken', { existing: ['relation public.stripe_event'] }, /stripe_event exists, and is not/],
    [
      'an engine for another table',
      { installed: { table: 'app.users', columns: ['id', 'customer'] } },
      /for app\.users/,
    ],
    [
      'an engine for another column',
      { installed: { table: 'public.profiles', columns: ['id', 'old'] } },
      /columns id, old/,
    ],
  ])('finds %s', (_what, fields, problem) => {
    expect(decidePreflight(makeFacts(fields), profiles).problems.join('\n')).toMatch(problem)
  })

  it('does not take a default of null for a customer', () => {
    const facts = makeFacts(withCustomer({ default: 'NULL::character varying' }))
    expect(decidePreflight(facts, profiles).problems).toEqual([])
  })

  it('finds roles that may write the customer, with the statements that leave them the rest', () => {
    const facts = makeFacts({
      name: 'public."Profiles"',
      writers: [
        { role: 'anon', command: 'insert', others: [] },
        { role: 'authenticated', command: 'insert', others: ['id'] },
        { role: 'authenticated', command: 'update', others: ['id', '"full name"'] },
      ],
    })
    expect(decidePreflight(facts, profiles).problems).toEqual([
      expect.stringMatching(
        /revoke insert, update on public."Profiles" from anon, authenticated; grant insert \(id\), update \(id, "full name"\) on public."Profiles" to authenticated;$/,
      ),
    ])
  })

  it('finds an e-mail that is not text', () => {
    const { problems } = decidePreflight(makeFacts(), { ...profiles, email: 'id' })
    expect(problems).toEqual([expect.stringContaining('no column id of text')])
  })

  it.each<[string, Partial<PreflightFacts>, RegExp]>([
    ['rows without a customer', { rows: { ...noRows, profiles: 9, linked: 2 } }, /^7 rows .* no customer/m],
    ['rows with a customer', { rows: { ...noRows, profiles: 9, linked: 2 } }, /^2 rows .* keep/m],
    ['rows without a user', { rows: { ...noRows, profiles: 9, linked: 9, strangers: 4 } }, /^4 rows .* no e-mail/m],
    [
      'an upgrade',
      {
        installed: { table: 'public.profiles', columns: ['customer', 'id'] },
        existing: ['relation public.stripe_event'],
      },
      /upgrades it/,
    ],
    [
      'another source of the e-mail',
      { installed: { table: 'public.profiles', columns: ['customer', 'id', 'mail'] } },
      /e-mails come from auth\.users/,
    ],
    ['a customer with little room', withCustomer({ type: 'character varying', length: 50 }), /255/],
    ['a role that cannot read the table', { can_read: false, rows: null }, /not checked/],
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
