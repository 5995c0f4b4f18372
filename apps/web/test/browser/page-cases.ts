import type { Page } from 'playwright-core'
import { createKeyring } from 'routekey'
import { createSupabaseStore } from 'routekey/stores/supabase'
import { scopes } from '#features/keys/rules/key-rules.ts'
import type { Session } from '#test/support/create-session.ts'
import { type SeededKeys, seedKeys } from '#test/support/seed-keys.ts'
import type { PageOptions, TestBrowser } from './set-up-browser.ts'

interface Sessions {
  readonly 'new user': Session
  readonly 'owner of keys': Session
  readonly 'owner of a long key': Session
}

/** A page in one of its states. */
export interface PageCase {
  readonly name: string
  /** `[busy]` and similar names stand for the id of a seeded key. */
  readonly path: string
  /** Default: nobody. */
  readonly visitor?: keyof Sessions
  readonly isMissing?: boolean
}

/** Every page of the application in all its states. */
export const pageCases: PageCase[] = [
  { name: 'home', path: '/' },
  { name: 'home, signed in', path: '/', visitor: 'new user' },
  { name: 'trial', path: '/try' },
  { name: 'trial, signed in', path: '/try', visitor: 'new user' },
  { name: 'sign-in', path: '/login' },
  { name: 'sign-up after an error', path: '/login?mode=sign-up&error=denied' },
  { name: 'the link of a sign-up', path: '/auth/confirm?token_hash=made-up&type=signup' },
  { name: 'the link of a change of address', path: '/auth/confirm?token_hash=made-up&type=email_change' },
  { name: 'sign-in after a confirmation', path: '/login?notice=email-confirmed' },
  { name: 'account', path: '/account', visitor: 'new user' },
  { name: 'no keys yet', path: '/keys', visitor: 'new user' },
  { name: 'keys', path: '/keys', visitor: 'owner of keys' },
  { name: 'ended keys', path: '/keys?show=ended', visitor: 'owner of keys' },
  { name: 'keys with a long name', path: '/keys', visitor: 'owner of a long key' },
  { name: 'a key with a long name', path: '/keys/[long]', visitor: 'owner of a long key' },
  { name: 'a key in use', path: '/keys/[busy]', visitor: 'owner of keys' },
  { name: 'a key that was rotated', path: '/keys/[rotated]', visitor: 'owner of keys' },
  { name: 'a key that was revoked', path: '/keys/[revoked]', visitor: 'owner of keys' },
  { name: 'a key that has expired', path: '/keys/[expired]', visitor: 'owner of keys' },
  { name: 'the key of another user', path: '/keys/[busy]', visitor: 'new user', isMissing: true },
  { name: 'an unknown page', path: '/no-such-page', isMissing: true },
]

type Visitors = Sessions & { keys: SeededKeys & { long: string } }
const visitorsOf = new WeakMap<TestBrowser, Promise<Visitors>>()

/** Opens a page in one of its states, as the right visitor. All tests of a file share the visitors. */
export async function openCase(
  browser: TestBrowser,
  { path, visitor, isMissing }: PageCase,
  options: PageOptions = {},
) {
  const visitors = visitorsOf.get(browser) ?? createVisitors(browser)
  visitorsOf.set(browser, visitors)
  const { keys, ...sessions } = await visitors
  const page: Page = await browser.openPage({
    ...(visitor === undefined ? {} : { session: sessions[visitor] }),
    ...(isMissing === true ? { expectedComplaint: /status of 404/ } : {}),
    ...options,
  })
  const ids = new Map(Object.entries(keys))
  return { page, path: path.replace(/\[(\w+)\]/, (whole, name: string) => ids.get(name) ?? whole) }
}

async function createVisitors(browser: TestBrowser): Promise<Visitors> {
  const owner = await browser.createSession()
  const keys = await seedKeys(browser.stack, owner.id)
  const newUser = await browser.createSession('a.rather.long.name.for.an.address@subdomain.example.com')
  const ownerOfLong = await browser.createSession()
  const long = await createLongKey(browser, ownerOfLong.id)
  return {
    'new user': newUser,
    'owner of keys': owner,
    'owner of a long key': ownerOfLong,
    keys: { ...keys, long },
  }
}

/** Creates a key with the longest texts and numbers, and returns its id. */
async function createLongKey({ stack }: TestBrowser, owner: string): Promise<string> {
  const store = createSupabaseStore({ client: stack.admin })
  const keyring = createKeyring({ prefix: 'rk_user', store })
  const { record } = await keyring.create({
    owner,
    name: 'A name as long as a name can be, with-parts-that-cannot-be-broken-anywhere-at-all',
    scopes: [...scopes],
    allowedIps: ['192.0.2.0/24', '2001:db8:85a3:8d3:1319:8a2e:370:7348'],
    expiresAt: new Date(Date.now() + 86_400_000),
  })
  await keyring.rotate(record.id, { owner, graceSeconds: 3600 })
  const now = Date.now()
  const usage = Array.from({ length: 48 }, (_, back) => ({
    id: record.id,
    hour: new Date((Math.floor(now / 3_600_000) - back) * 3_600_000),
    allowed: 10 ** (back % 8),
    refused: back % 3 === 0 ? 4321 : 0,
    lastUsedAt: new Date(now),
  }))
  await store.recordUsage({ writer: crypto.randomUUID(), number: 1, entries: usage })
  return record.id
}
