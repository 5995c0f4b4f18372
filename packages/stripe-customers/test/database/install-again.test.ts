import { readFileSync } from 'node:fs'
import type { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { runPreflight } from '../../src/preflight/run-preflight.ts'
import { generateSql, type ProfileTable } from '../../src/sql/generate-sql.ts'
import { generateUninstallSql } from '../../src/sql/generate-uninstall-sql.ts'
import { catalogueQuery } from '../foreign-schemas.ts'
import { signUp } from '../test-stack.ts'
import { useProjects } from './open-projects.ts'

const { openPlain, openSupabase } = useProjects()

const profiles: ProfileTable = { table: 'public.profiles', id: 'id', customer: 'customer' }
const withEmail = { ...profiles, email: 'mail' }
const schema = `
  create table public.profiles (id uuid primary key references auth.users on delete cascade, customer text, other text, mail text);
  create table public.members (id uuid primary key, customer text, mail text);
  alter table public.profiles enable row level security;
  alter table public.members enable row level security;
  create function public.add_profile() returns trigger language plpgsql security definer set search_path = '' as $$
  begin
    insert into public.profiles (id, mail) values (new.id, new.email);
    return new;
  end
  $$;
  create trigger add_profile after insert on auth.users for each row execute function public.add_profile();
`
const read = async (database: Client) => (await database.query(catalogueQuery)).rows
const install = (database: Client, one: ProfileTable) => database.query(`begin; ${generateSql(one)} commit;`)
const uninstall = (database: Client, one: ProfileTable) => database.query(`begin; ${generateUninstallSql(one)} commit;`)
const problemsOf = async (database: Client, one: ProfileTable) =>
  (await runPreflight(database, one)).problems.join('\n')

describe('installing again', () => {
  it.each([
    ['from auth.users to a column', profiles, withEmail, 'e-mails come from public.profiles.mail'],
    ['from a column to auth.users', withEmail, profiles, 'e-mails come from auth.users'],
    ['to another column', { ...profiles, email: 'other' }, withEmail, 'e-mails come from public.profiles.mail'],
  ])('moves the e-mail %s, and can be uninstalled with either options', async (_what, first, second, note) => {
    for (const last of [first, second]) {
      const database = await openSupabase(schema)
      const before = await read(database)
      await install(database, first)
      const report = await runPreflight(database, second)
      expect(report.problems).toEqual([])
      expect(report.notes.join('\n')).toContain(note)
      await install(database, second)
      const id = await signUp(database, 'a@example.com')
      const revision = async () =>
        (await database.query('select revision from public.stripe_customer_work where profile_id = $1', [id])).rows[0]
          .revision
      const young = await revision()
      await database.query(`update public.profiles set mail = 'b@example.com'`)
      expect(await revision()).toBe(young + Number('email' in second))
      await database.query(`update auth.users set email = 'c@example.com'`)
      expect(await revision()).toBe(young + 1)
      await uninstall(database, last)
      expect(await read(database)).toEqual(before)
    }
  })

  it.each([
    ['another column of the customer', { ...profiles, customer: 'other' }],
    ['another table', { table: 'public.members', id: 'id', customer: 'customer', email: 'mail' }],
  ])('refuses %s before anything is changed, until the first is uninstalled', async (_what, second) => {
    const database = await openSupabase(schema)
    await install(database, profiles)
    const before = await read(database)
    expect(await problemsOf(database, second)).toContain('installed for public.profiles with the columns customer, id')
    await expect(install(database, second)).rejects.toThrow('is installed for another table, or for other columns')
    await database.query('rollback')
    expect(await read(database)).toEqual(before)
    await uninstall(database, second)
    expect(await problemsOf(database, second)).toBe('')
    await install(database, second)
  })

  it.each(['app', '"My App"'])('recognises itself in the schema %s of the search path', async (name) => {
    const database = await openPlain(`
      create schema ${name}; create table ${name}.members (id uuid primary key, customer text, mail text);
      set search_path = ${name}, public`)
    const members = { table: `${name.replaceAll('"', '')}.members`, id: 'id', customer: 'customer', email: 'mail' }
    const before = await read(database)
    for (let time = 0; time < 2; time += 1) {
      expect(await problemsOf(database, members)).toBe('')
      await install(database, members)
    }
    await uninstall(database, members)
    expect(await read(database)).toEqual(before)
  })

  it('keeps functions, indexes and triggers of the project that share a name', async () => {
    const database = await openSupabase(`${schema}
      create function public.repair_profiles(text) returns text language sql as 'select $1';
      create function public.is_fresh_sign_up(text) returns text language sql as 'select $1';
      create schema app;
      create table app.notes (id uuid);
      create unique index stripe_customer_profile_customer on app.notes (id);
      create trigger check_vanished_profiles after insert on app.notes for each row execute function public.add_profile();
      grant execute on function public.repair_profiles(text) to authenticated;
    `)
    const before = await read(database)
    for (let time = 0; time < 2; time += 1) await install(database, profiles)
    await uninstall(database, profiles)
    expect(await read(database)).toEqual(before)
  })

  it('drops a trigger of its own on another table', async () => {
    const database = await openSupabase(schema)
    const before = await read(database)
    await install(database, profiles)
    await database.query(
      `create trigger copied after delete on public.members
       for each row execute function public.tombstone_stripe_customer_work('id', 'customer')`,
    )
    await uninstall(database, profiles)
    expect(await read(database)).toEqual(before)
  })

  it('lets a sign-up fail whose row of work cannot be written, as its readme says', async () => {
    const database = await openSupabase(schema)
    await install(database, profiles)
    await database.query('alter table public.stripe_customer_work rename to elsewhere')
    await expect(signUp(database, 'a@example.com')).rejects.toThrow('stripe_customer_work')
    expect((await database.query('select from auth.users')).rows).toEqual([])
  })

  it('keeps the rule of the project', async () => {
    const database = await openSupabase(schema)
    await install(database, profiles)
    await database.query(
      `create or replace function public.may_have_stripe_customer(profile_id uuid) returns boolean language sql as 'select true'`,
    )
    const before = await read(database)
    await install(database, profiles)
    expect(await read(database)).toEqual(before)
  })

  it('takes the default rule of the first version for its own', async () => {
    const migration = new URL('../../../../supabase/migrations/20261127100001_stripe_customers.sql', import.meta.url)
    const [rule = ''] =
      /create function public\.may_have_stripe_customer.*?\$function\$.*?\$function\$;/s.exec(
        readFileSync(migration, 'utf8'),
      ) ?? []
    const database = await openSupabase(schema)
    const before = await read(database)
    await database.query(rule)
    await install(database, profiles)
    await uninstall(database, profiles)
    expect(await read(database)).toEqual(before)
  })
})
