import { afterAll, beforeAll, expect, it } from 'vitest'
import { listCustomers, signUp, type Stack, startStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 1_000 })
})
afterAll(async () => {
  await stack.stop()
})

it('gives each user a customer who signed up while the application was down', async () => {
  await stack.web.kill()
  const users = []
  for (let i = 0; i < 10; i++) users.push(await signUp(stack))
  expect(await listCustomers(stack)).toHaveLength(0)

  await stack.restartWeb()
  await expect.poll(() => listCustomers(stack), { timeout: 60_000, interval: 250 }).toHaveLength(10)
  const { data } = await stack.admin.from('profile').select('id, stripe_customer').not('stripe_customer', 'is', null)
  expect(new Set(data!.map(({ id }) => id))).toEqual(new Set(users.map(({ id }) => id)))
})
