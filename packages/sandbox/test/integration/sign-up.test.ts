import { afterAll, beforeAll, expect, it } from 'vitest'
import { readMailedToken } from '../../src/testing/read-mailed-token.ts'
import { startSupabaseFixture, type SupabaseFixture } from '../supabase-fixture.ts'

let supabase: SupabaseFixture
beforeAll(async () => {
  supabase = await startSupabaseFixture()
})
afterAll(() => supabase.stop())

const password = 'correct horse'
const signUp = (email: string, data?: object) =>
  supabase.connect().auth.signUp({ email, password, ...(data && { options: { data } }) })
const signIn = (email: string, secret = password) =>
  supabase.connect().auth.signInWithPassword({ email, password: secret })
const confirm = (token: string) => supabase.connect().auth.verifyOtp({ type: 'signup', token_hash: token })

it('gives a session only after the address is confirmed, once', async () => {
  const email = 'ada@example.com'
  const { data, error } = await signUp(email)
  expect([error, data.session]).toEqual([null, null])
  expect((await signIn(email)).error).toMatchObject({ code: 'email_not_confirmed' })
  const token = await readMailedToken(supabase.mailDirectory, email)
  expect((await confirm(token)).data.session).not.toBeNull()
  expect((await confirm(token)).error).toMatchObject({ code: 'otp_expired' })
  expect((await signIn(email)).error).toBeNull()
})

it('answers a sign-up alike for a new, an unconfirmed and a known address', async () => {
  const known = (await supabase.signUp()).email
  await signUp('unconfirmed@example.com')
  const answers = []
  for (const email of ['new@example.com', 'unconfirmed@example.com', known]) {
    const { data, error } = await signUp(email)
    expect([error, data.session, data.user?.email]).toEqual([null, null, email])
    answers.push(data.user?.user_metadata['email'])
  }
  expect(answers).toEqual(['new@example.com', 'unconfirmed@example.com', known])
  expect((await signIn(known)).error).toBeNull()
})

it('keeps the data and the password of the first sign-up, and sends a new link', async () => {
  const email = 'grace@example.com'
  const first = await signUp(email, { from: 'first' })
  const old = await readMailedToken(supabase.mailDirectory, email)
  const second = await signUp(email, { from: 'second' })
  expect(second.data.user).toMatchObject({ id: first.data.user!.id, user_metadata: { from: 'first' } })
  expect((await confirm(old)).error).toMatchObject({ code: 'otp_expired' })
  const { data } = await confirm(await readMailedToken(supabase.mailDirectory, email))
  expect(data.user).toMatchObject({ id: first.data.user!.id, user_metadata: { from: 'first' } })
})

it('sends the link again on request, and answers alike for other addresses', async () => {
  const email = 'hedy@example.com'
  await signUp(email)
  const old = await readMailedToken(supabase.mailDirectory, email)
  const known = (await supabase.signUp()).email
  for (const to of [email, known, 'nobody@example.com']) {
    expect((await supabase.connect().auth.resend({ type: 'signup', email: to })).error).toBeNull()
  }
  const token = await readMailedToken(supabase.mailDirectory, email)
  expect(token).not.toBe(old)
  expect((await confirm(token)).data.user?.email).toBe(email)
})

it('says that an address is unconfirmed only to those who know its password', async () => {
  await signUp('joan@example.com')
  expect((await signIn('joan@example.com', 'wrong')).error).toMatchObject({ code: 'invalid_credentials' })
  expect((await signIn('joan@example.com')).error).toMatchObject({ code: 'email_not_confirmed' })
})

it('refuses an unusable password before it looks at the address', async () => {
  const { error } = await supabase.connect().auth.signUp({ email: 'radia@example.com', password: 'x' })
  expect(error).toMatchObject({ code: 'weak_password' })
})

it('tells that confirmations are on', async () => {
  const response = await fetch(`${supabase.url}/auth/v1/settings`, { headers: { apikey: supabase.publishableKey } })
  expect(await response.json()).toMatchObject({ mailer_autoconfirm: false })
})

it('shows the e-mails on a page, which other origins cannot read', async () => {
  await signUp('mary@example.com')
  const response = await fetch(`${supabase.url}/mail`, { headers: { origin: 'http://localhost:3000' } })
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
  const html = await response.text()
  const token = await readMailedToken(supabase.mailDirectory, 'mary@example.com')
  const link = `${supabase.application.url}/auth/confirm?token_hash=${token}&amp;type=signup`
  expect(html).toContain(`<a href="${link}">`)
})

/** The processor time of this thread, which runs the stand-in, in microseconds: the shortest of five, because some compile code. */
const timeOf = async (call: () => Promise<unknown>): Promise<number> => {
  const times: number[] = []
  for (let index = 0; index < 5; index += 1) {
    const before = process.threadCpuUsage()
    await call()
    const { user, system } = process.threadCpuUsage(before)
    times.push(user + system)
  }
  return Math.min(...times)
}

it('takes about as long for an unknown address as for a known one', async () => {
  const known = (await supabase.signUp()).email
  const unknown = 'nobody-at-all@example.com'
  const wrong = (email: string) => timeOf(() => signIn(email, 'wrong password'))
  // One hash is most of the time. Without it, the ratio was a seventh.
  expect((await wrong(unknown)) / (await wrong(known))).toBeGreaterThan(0.5)
  let index = 0
  const fresh = await timeOf(() => signUp(`fresh-${(index += 1)}@example.com`))
  expect((await timeOf(() => signUp(known))) / fresh).toBeGreaterThan(0.4)
})
