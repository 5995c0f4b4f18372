import type { Page } from 'playwright-core'
import { type SeededKeys, seedKeys } from '../seed-keys.ts'
import type { Session } from '../create-session.ts'
import type { PageOptions, TestBrowser } from './set-up-browser.ts'

/** A page in one of its states. */
export type PageCase = {
  name: string
  /** `[busy]` and the like stand for the id of a seeded key. */
  path: string
  /** Default: nobody. */
  visitor?: 'new user' | 'owner of keys'
  isMissing?: boolean
}

/** Every page of the application, in each state that looks different. */
export const pageCases: PageCase[] = [
  { name: 'the start', path: '/' },
  { name: 'the start, signed in', path: '/', visitor: 'new user' },
  { name: 'the trial', path: '/try' },
  { name: 'the trial, signed in', path: '/try', visitor: 'new user' },
  { name: 'signing in', path: '/login' },
  { name: 'signing up after an error', path: '/login?mode=sign-up&error=denied' },
  { name: 'the account', path: '/account', visitor: 'new user' },
  { name: 'no keys yet', path: '/keys', visitor: 'new user' },
  { name: 'the keys', path: '/keys', visitor: 'owner of keys' },
  { name: 'a key in use', path: '/keys/[busy]', visitor: 'owner of keys' },
  { name: 'a key that was rotated', path: '/keys/[rotated]', visitor: 'owner of keys' },
  { name: 'a key that was revoked', path: '/keys/[revoked]', visitor: 'owner of keys' },
  { name: 'a key of someone else', path: '/keys/[busy]', visitor: 'new user', isMissing: true },
  { name: 'no page', path: '/no-such-page', isMissing: true },
]

type Visitors = { 'new user': Session; 'owner of keys': Session; keys: SeededKeys }
const visitorsOf = new WeakMap<TestBrowser, Promise<Visitors>>()

/** Opens a page in a state, as the visitor whose state it is. The visitors are the same for a whole file. */
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
  return { 'new user': newUser, 'owner of keys': owner, keys }
}
