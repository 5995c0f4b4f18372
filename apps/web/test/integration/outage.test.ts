import { afterAll, beforeAll, expect, it } from 'vitest'
import { listCustomers, signUp, type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 1000 })
})
afterAll(async () => {
  await stack.stop()
})

it('creates a customer for each user who signed up while the application was down', async () => {
  await stack.web.kill()
  const users = []
  for (let i = 0; i < 10; i++) users.push(await signUp(stack))
  expect(await listCustomers(stack)).toHaveLength(0)

  await stack.restartWeb()
  const readLinked = async () => {
    const { data } = await stack.admin.from('profile').select('id').not('stripe_customer', 'is', null)
    return new Set(data?.map(({ id }) => id))
  }
  await expect.poll(readLinked, { interval: 250 }).toEqual(new Set(users.map(({ id }) => id)))
  expect(await listCustomers(stack)).toHaveLength(10)
})
