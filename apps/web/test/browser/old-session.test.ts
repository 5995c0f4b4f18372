import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import type { Session } from '#test/support/create-session.ts'
import { password } from '#test/support/stack.ts'
import { expectNoAxeViolations } from './expect-no-axe-violations.ts'
import { findLayoutFaults } from './find-layout-faults.ts'
import { type PageOptions, setUpBrowser } from './set-up-browser.ts'
import { openHydrated } from './wait-until-hydrated.ts'

const postgres = await startTestPostgres({ migrationsDirectory: null })
const database = new Client({ connectionString: postgres.url })
await database.connect()
afterAll(async () => {
  await database.end()
  await postgres.stop()
})
const browser = setUpBrowser({ databaseUrl: postgres.url, sweepIntervalMs: 3_600_000 })

/** Opens the account of a user who signed in an hour ago. */
async function openOld(methods: string[], options: PageOptions): Promise<{ page: Page; session: Session }> {
  const session = await browser.createSession()
  await database.query(`update auth.sessions set created_at = now() - interval '1 hour' where user_id = $1`, [
    session.id,
  ])
  await database.query('update auth.users set raw_app_meta_data = $2 where id = $1', [
    session.id,
    { provider: methods[0], providers: methods },
  ])
  await database.query('update auth.identities set provider = $2 where user_id = $1', [session.id, methods[0]])
  const page = await browser.openPage({ ...options, session })
  await openHydrated(page, '/account')
  return { page, session }
}

const cases = [
  ['desktop', 'light'],
  ['phone', 'dark'],
] as const

describe.each(cases)('on a %s, in %s', (device, colorScheme) => {
  it.each([[['email']], [['github']], [['email', 'github']]])(
    'asks who the user is, accessibly, if they sign in with %j',
    async (methods) => {
      const { page } = await openOld(methods, { device, colorScheme })
      await expectNoAxeViolations(page)
      expect(await findLayoutFaults(page)).toEqual([])
      await page.getByRole('button', { name: 'Delete account' }).click()
      await expectNoAxeViolations(page)
      expect(await findLayoutFaults(page)).toEqual([])
    },
  )
})

it('deletes the account with the password, after showing at its field that one was wrong', async () => {
  const { page, session } = await openOld(['email'], {})
  await page.getByRole('button', { name: 'Delete account' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' })
  await dialog.getByLabel(/^Type/).fill(session.email)
  const field = dialog.getByLabel('Current password')
  for (const [typed, text] of [
    ['', 'Enter your password to confirm it'],
    ['wrong', 'Wrong password.'],
  ] as const) {
    await field.fill(typed)
    await dialog.getByRole('button', { name: 'Delete permanently' }).click()
    await dialog.getByText(text).waitFor()
    expect(await field.inputValue()).toBe('')
  }
  await field.fill(password)
  await dialog.getByRole('button', { name: 'Delete permanently' }).click()
  await page.waitForURL('**/login?notice=account-deleted')
})
