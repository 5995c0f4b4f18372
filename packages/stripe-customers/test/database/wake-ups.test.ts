import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStripeCustomers, type StripeCustomers } from '../../src/index.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'
import { databases, type OpenDatabase } from './open-database.ts'

describe.each(databases)('wake-ups on $name', ({ open }) => {
  let database: OpenDatabase
  let standIn: StripeStandIn
  let customers: StripeCustomers

  beforeAll(async () => {
    ;[database, standIn] = await Promise.all([open(), startStripe()])
    customers = createStripeCustomers({ postgres: database, stripe: createStripe(standIn) })
    await database.query(`select vault.create_secret('http://127.0.0.1:9', 'api_route_url')`)
    await database.query(`select vault.create_secret('not a secret', 'api_route_secret')`)
  })
  afterAll(async () => {
    await Promise.all([database.close(), standIn.stop()])
  })
  beforeEach(async () => {
    await database.query('delete from public.stripe_customer_wake_up')
    await database.query('delete from net._http_response')
    await database.query('update public.stripe_customer_work set made_at = null')
  })

  /** Records the responses as pg_net does, to the wake-ups without one. */
  const respond = (response: { status_code?: number; timed_out?: boolean; error_msg?: string }) =>
    database.query(
      `insert into net._http_response (id, status_code, timed_out, error_msg)
       select request_id, $1, $2, $3 from public.stripe_customer_wake_up
       where request_id not in (select id from net._http_response)`,
      [response.status_code ?? null, response.timed_out ?? false, response.error_msg ?? null],
    )

  it('counts who made the customers', async () => {
    await customers.provision(await signUp(database))
    for (let user = 0; user < 2; user += 1) await signUp(database)
    await customers.sweep()
    expect(await customers.readWakeUps()).toMatchObject({ madeByWakeUp: 1, madeBySchedule: 2 })
    // An update makes no customer.
    await database.query(`update auth.users set email = id || '@example.com'`)
    await customers.sweep()
    expect(await customers.readWakeUps()).toMatchObject({ madeByWakeUp: 1, madeBySchedule: 2 })
    await database.query(`update public.stripe_customer_work set made_at = made_at - interval '1 hour'`)
    expect(await customers.readWakeUps()).toMatchObject({ madeByWakeUp: 0, madeBySchedule: 0 })
  })

  it('counts the responses to its own requests', async () => {
    expect(await customers.readWakeUps()).toMatchObject({ state: 'idle', results: {} })
    await database.query(`insert into net._http_response (id, status_code) values (123456, 500)`)
    await signUp(database)
    expect(await customers.readWakeUps()).toMatchObject({ state: 'idle', results: {} })
    await respond({ status_code: 200 })
    for (const response of [
      { status_code: 401 },
      { timed_out: true, error_msg: 'Timeout of 10000 ms reached' },
      { error_msg: 'Could not connect to server' },
    ]) {
      await signUp(database)
      await respond(response)
    }
    expect(await customers.readWakeUps()).toMatchObject({
      state: 'failing',
      results: { '200': 1, '401': 1, timeout: 1, unreachable: 1 },
      problem: expect.stringContaining('The host cannot be reached'),
    })
    await signUp(database)
    await respond({ status_code: 200 })
    expect(await customers.readWakeUps()).toMatchObject({ state: 'ok', problem: null })
  })

  it('counts a request that pg_net never sent, and forgets those of the hours before', async () => {
    await signUp(database)
    const age = (interval: string) =>
      database.query('update public.stripe_customer_wake_up set sent_at = sent_at - $1::interval', [interval])
    await age('3 minutes')
    expect(await customers.readWakeUps()).toMatchObject({ state: 'failing', results: { no_response: 1 } })
    await age('2 hours')
    expect(await customers.readWakeUps()).toMatchObject({ state: 'idle', results: {} })
    await signUp(database)
    expect((await database.query('select from public.stripe_customer_wake_up')).rows).toHaveLength(1)
  })

  it('says that Vault has no address', async () => {
    const rename = 'select vault.update_secret(id, null, $2) from vault.secrets where name = $1'
    await database.query(rename, ['api_route_url', 'other'])
    expect(await customers.readWakeUps()).toMatchObject({ state: 'not_configured' })
    await database.query(rename, ['other', 'api_route_url'])
  })
})
