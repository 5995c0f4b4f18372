import { randomUUID } from 'node:crypto'
import type { Command } from './commands.ts'
import type { ModelFixture } from './model-fixture.ts'
import { type Model, nextEmail } from './model.ts'

/** What happens to a project with a past, beside its users. */
export const pastEvents = [
  'clear link',
  'set link',
  'back-fill',
  'back up',
  'restore backup',
  'truncate',
  'foreign customer',
] as const

export type PastEvent = (typeof pastEvents)[number]

/** Something that an operator does. `user` is the user's number, where it matters. */
export class Past implements Command {
  readonly event: PastEvent
  readonly user: number
  constructor(event: PastEvent, user: number) {
    this.event = event
    this.user = user
  }
  check = (model: Readonly<Model>): boolean => {
    const exists = model.users[this.user]?.deleted === false
    switch (this.event) {
      case 'clear link':
      case 'set link':
      case 'foreign customer':
        return exists
      case 'back-fill':
        return model.users.length < 3
      case 'back up':
      case 'truncate':
        return true
      case 'restore backup':
        // A backup of other users would leave customers that nothing can know.
        return model.backup === JSON.stringify(model.users)
    }
  }
  run = (model: Model, fixture: ModelFixture): Promise<void> => act(this, model, fixture)
  toString = (): string => (/link|customer/.test(this.event) ? `user ${this.user}: ${this.event}` : this.event)
}

async function act({ event, user: number }: Past, model: Model, fixture: ModelFixture): Promise<void> {
  const { query } = fixture
  switch (event) {
    case 'clear link':
      return clearLink(model.users[number]?.id ?? '', fixture)
    case 'set link':
      return setLink(model, model.users[number]?.id ?? '', fixture)
    case 'foreign customer':
      return addForeignCustomers(model.users[number]?.email ?? null, fixture)
    case 'back-fill':
      return backFill(model, fixture)
    case 'back up':
      model.backup = JSON.stringify(model.users)
      return fixture.backUp()
    case 'restore backup':
      return fixture.restore()
    case 'truncate':
      model.backup = null
      for (const user of model.users) user.deleted = true
      fixture.firstCustomers.clear()
      await query('truncate auth.users cascade')
  }
}

/** A customer that has no mark yet is not that of the profile any more. */
async function clearLink(id: string, { query, standIn, firstCustomers }: ModelFixture): Promise<void> {
  const first = standIn.state().customers.find((customer) => customer.id === firstCustomers.get(id))
  if (first?.metadata['profile_id'] !== id) firstCustomers.delete(id)
  await query('update public.profile set stripe_customer = null where id = $1', [id])
}

/** Only a profile that has no customer: a second one beside it would be the operator's. */
async function setLink(model: Model, id: string, fixture: ModelFixture): Promise<void> {
  const { query, standIn, firstCustomers, createCustomer } = fixture
  if (standIn.state().customers.some(({ metadata }) => metadata['profile_id'] === id)) return
  const { rows } = await query('select from public.profile where id = $1 and stripe_customer is null', [id])
  if (rows.length === 0) return
  model.backup = null
  const customer = await createCustomer({ metadata: {} })
  firstCustomers.set(id, customer)
  await query('update public.profile set stripe_customer = $2 where id = $1', [id, customer])
}

/** Others in the account have customers with the e-mail of the user: without a mark, and with an id of their own. */
async function addForeignCustomers(
  email: string | null,
  { createCustomer, foreignCustomers }: ModelFixture,
): Promise<void> {
  const address = email === null ? {} : { email }
  for (const ids of [{}, { id: `account_${randomUUID()}` }])
    foreignCustomers.add(await createCustomer({ ...address, ...ids, metadata: { app: 'shop' } }))
}

/** A user from before the triggers, whose customer has the id of the profile. */
async function backFill(model: Model, { query, createCustomer, firstCustomers, withoutTriggers }: ModelFixture) {
  const user = { id: randomUUID(), email: nextEmail(model), deleted: false }
  model.backup = null
  model.users.push(user)
  firstCustomers.set(user.id, await createCustomer({ metadata: { profile_id: user.id } }))
  await withoutTriggers(async () => {
    await query(
      `insert into auth.users (id, email, created_at, email_confirmed_at) values ($1, $2, now() - interval '1 year', now())`,
      [user.id, user.email],
    )
    await query('insert into public.profile (id, email) values ($1, $2)', [user.id, user.email])
  })
  await query('select public.open_stripe_customer_work(array[$1::uuid])', [user.id])
}
