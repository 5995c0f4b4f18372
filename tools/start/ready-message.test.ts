import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeReady } from './ready-message.ts'

const envFile = join(process.cwd(), 'apps/web/.env.local')
const stripe = { url: 'http://127.0.0.1:12111', secretKey: 'sk_test_sandbox_1', webhookSecret: 'whsec_sandbox_1' }
const supabase = {
  url: 'http://127.0.0.1:54321',
  publishableKey: 'sb_publishable_sandbox_1',
  secretKey: 'sb_secret_sandbox_1',
  mailDirectory: join(process.cwd(), '.sandbox/mail'),
}
const ready = (options: Partial<Parameters<typeof describeReady>[0]> = {}) =>
  describeReady({
    appUrl: 'http://localhost:3000',
    startSeconds: 6.14,
    sandbox: { supabase, stripe, github: { url: 'http://127.0.0.1:4001' } },
    envFile,
    ...options,
  })

it('starts with the address, and reads the key of its requests from the file', () => {
  expect(ready()).toMatch(/^Ready in 6\.1 s: http:\/\/localhost:3000$/m)
  expect(ready()).toContain('API_ROUTE_SECRET in apps/web/.env.local.')
  expect(ready()).toContain(`sed -n 's/^API_ROUTE_SECRET=/x-api-key: /p' apps/web/.env.local |\n    curl -i`)
})

it('reads the key from the environment if it is set there, because it then overrides the file', () => {
  const text = ready({ envFile: null })
  expect(text).toContain('API_ROUTE_SECRET in the environment.')
  expect(text).toContain(`printf 'x-api-key: %s' "$API_ROUTE_SECRET" |\n    curl -i`)
  expect(text).not.toContain('.env.local')
})

it('asks for the id of a profile if there is no seeded one', () => {
  expect(ready()).toContain('"id":"00000000-0000-4000-8000-000000000001"')
  expect(ready({ sandbox: { supabase: null, stripe: null, github: null } })).toContain('"id":"<id of a profile>"')
})

it.each([envFile, null])('puts no secret into the arguments of a program: %s', (file) => {
  const commands = ready({ envFile: file }).match(/curl (?:.*\\\n)*.*/g) ?? []
  expect(commands).toHaveLength(2)
  for (const command of commands) expect(command).not.toContain('$')
})

it('contains no secret', () => {
  for (const secret of [stripe.secretKey, stripe.webhookSecret, supabase.secretKey])
    expect(ready()).not.toContain(secret)
})
