import { randomBytes, randomUUID } from 'node:crypto'
import type { EmailDriver } from '@supabase/lite'
import { compare, hash } from 'bcryptjs'
import { z } from 'zod'
import type { SandboxDatabase } from '../database/sandbox-database.ts'
import { confirmationLink } from '../mail/create-mail-directory.ts'

/** That of `@supabase/lite`. */
const bcryptCost = 10

/** Options of {@link answerLikeHostedAuth}. */
export interface HostedAuthOptions {
  readonly database: Pick<SandboxDatabase, 'query'>
  readonly email: EmailDriver
  readonly appUrl: string
  /** Passes the request to `@supabase/lite`. */
  readonly forward: (request: Request) => Promise<Response>
}

const bodySchema = z.object({
  email: z.string(),
  password: z.string().optional(),
  type: z.string().optional(),
  data: z.record(z.string(), z.unknown()).nullish(),
})
type Body = z.infer<typeof bodySchema>

const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  encrypted_password: z.string().nullable(),
  email_confirmed_at: z.unknown(),
  raw_user_meta_data: z.record(z.string(), z.unknown()),
})
type StoredUser = z.infer<typeof userSchema>

/**
 * Answers a sign-up, a repeated confirmation or a sign-in like hosted Supabase Auth with confirmations on, where `@supabase/lite`
 * differs: it refuses a second sign-up with the same address, which reveals that it is known, never sends a second confirmation,
 * and says that an address is unconfirmed to people who do not know its password.
 */
export async function answerLikeHostedAuth(request: Request, options: HostedAuthOptions): Promise<Response> {
  const parsed = bodySchema.safeParse(
    await request
      .clone()
      .json()
      .catch(() => null),
  )
  const response = await options.forward(request)
  const code = response.headers.get('x-sb-error-code')
  // The stand-in hashes only for a known address at a sign-in, and only for a new one at a sign-up. The time would tell.
  if (parsed.success && (await hasSkippedHash(options, parsed.data, code)))
    await hash(parsed.data.password ?? '', bcryptCost)
  if (!parsed.success || (code !== 'over_email_send_rate_limit' && code !== 'email_not_confirmed')) return response
  const user = await findUser(options, parsed.data.email)
  if (user === null) return response

  if (code === 'email_not_confirmed') return (await hasPassword(user, parsed.data)) ? response : refuseCredentials()
  if (new URL(request.url).pathname.endsWith('/resend')) {
    if (parsed.data.type !== 'signup') return response
    await sendConfirmation(options, user)
    return Response.json({})
  }
  if (isConfirmed(user)) return Response.json(describeUser(parsed.data, { id: randomUUID() }))
  // The first sign-up keeps its password and its data: nobody knows yet which of the two owns the address.
  await sendConfirmation(options, user)
  return Response.json(describeUser({ email: user.email, data: user.raw_user_meta_data }, { id: user.id }))
}

async function hasSkippedHash(
  options: HostedAuthOptions,
  { email, password }: Body,
  code: string | null,
): Promise<boolean> {
  if (password === undefined) return false
  // With this code and a password, a sign-up has found an account.
  if (code === 'over_email_send_rate_limit') return true
  if (code !== 'invalid_credentials') return false
  const user = await findUser(options, email)
  return user === null || user.encrypted_password === null
}

async function findUser({ database }: HostedAuthOptions, email: string): Promise<StoredUser | null> {
  const { rows } = await database.query(
    'select id, email, encrypted_password, email_confirmed_at, raw_user_meta_data from auth.users where email = $1',
    [email.toLowerCase()],
  )
  return rows.length === 0 ? null : userSchema.parse(rows[0])
}

function isConfirmed(user: StoredUser): boolean {
  return user.email_confirmed_at !== null
}

async function hasPassword(user: StoredUser, { password = '' }: Body): Promise<boolean> {
  return user.encrypted_password !== null && (await compare(password, user.encrypted_password))
}

async function sendConfirmation({ database, email, appUrl }: HostedAuthOptions, user: StoredUser): Promise<void> {
  const token = randomBytes(32).toString('hex')
  await database.query('update auth.users set confirmation_token = $1, confirmation_sent_at = now() where id = $2', [
    token,
    user.id,
  ])
  const text = `Confirm your signup. Follow this link: ${confirmationLink(appUrl, 'signup', token)}`
  await email.send({ to: user.email, subject: 'Confirm Your Signup', text })
}

/** Describes a user who has no session, alike for a new, a known and an unconfirmed address. */
function describeUser({ email, data }: Body, { id }: { id: string }): object {
  const now = new Date().toISOString()
  return {
    id,
    aud: 'authenticated',
    role: 'authenticated',
    email,
    phone: '',
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: { ...data, email },
    identities: [],
    created_at: now,
    updated_at: now,
    confirmation_sent_at: now,
    is_anonymous: false,
  }
}

function refuseCredentials(): Response {
  const code = 'invalid_credentials'
  const body = { code: 400, error_code: code, msg: 'Invalid login credentials' }
  return Response.json(body, { status: 400, headers: { 'X-Sb-Error-Code': code } })
}
