import { randomUUID } from 'node:crypto'
import type { ModelFixture } from './model-fixture.ts'

/** The expected state: the users with their present e-mail. */
export interface Model {
  readonly users: { id: string; email: string | null; deleted: boolean }[]
  /** How many e-mails the model has made. */
  emails: number
  /** The users at the time of the backup, or null if there is none that could be restored. */
  backup: string | null
  /** The fuse of the next process. */
  fuse: number | null
}

/** Something that a user does. `user` is the user's number. */
export interface UserEvent {
  readonly kind: 'change e-mail' | 'drop e-mail' | 'delete' | 'return'
  readonly user: number
}

/** Signs a user up, in the database and in the model. */
export async function signUp(model: Model, fixture: ModelFixture): Promise<void> {
  const user = { id: randomUUID(), email: nextEmail(model), deleted: false }
  model.users.push(user)
  await fixture.query(
    'insert into auth.users (id, email, created_at, email_confirmed_at) values ($1, $2, now(), now())',
    [user.id, user.email],
  )
}

/** Returns whether the user exists, and is deleted if the user returns. */
export function isPossible({ users }: Readonly<Model>, { kind, user }: UserEvent): boolean {
  return users[user] !== undefined && users[user].deleted === (kind === 'return')
}

/** Does what a user does, in the database and in the model. */
export async function applyUserEvent(
  model: Model,
  { query, firstCustomers }: ModelFixture,
  { kind, user: number }: UserEvent,
): Promise<void> {
  const user = model.users[number]!
  if (kind === 'delete') {
    user.deleted = true
    firstCustomers.delete(user.id)
    await query('delete from auth.users where id = $1', [user.id])
    return
  }
  user.email = kind === 'drop e-mail' ? null : nextEmail(model)
  user.deleted = false
  const statement =
    kind === 'return'
      ? 'insert into auth.users (id, email, email_confirmed_at) values ($1, $2, now())'
      : 'update auth.users set email = $2 where id = $1'
  await query(statement, [user.id, user.email])
}

/** Returns an address that nobody has had. */
export function nextEmail(model: Model): string {
  model.emails += 1
  return `user-${model.emails}@example.com`
}
