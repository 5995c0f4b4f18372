import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRouteSecret, cronSecret, startSupabaseFixture, type SupabaseFixture } from '../supabase-fixture.ts'

let supabase: SupabaseFixture
let connect: SupabaseFixture['connect']
let signUp: SupabaseFixture['signUp']

beforeAll(async () => {
  supabase = await startSupabaseFixture()
  ;({ connect, signUp } = supabase)
})

afterAll(() => supabase.stop())

describe('e-mail', () => {
  it('is saved as a file with a link that works, and does not appear in the log', async () => {
    const { client, email } = await signUp()
    const { error } = await client.auth.resetPasswordForEmail(email)
    expect(error).toBeNull()
    const file = (await readdir(supabase.mailDirectory)).toSorted().at(-1)
    const text = await readFile(join(supabase.mailDirectory, file!), 'utf8')
    expect(text).toContain(`To: ${email}`)
    const link = /http:\/\/\S+/.exec(text)![0]
    expect(link.startsWith(`${supabase.url}/auth/v1/verify?`)).toBe(true)
    const response = await fetch(link, { redirect: 'manual' })
    expect(response.headers.get('location')).toMatch(new RegExp(`^${supabase.application.url}.*access_token=`))
    expect(supabase.output).toContain(`An e-mail to ${email} is in ${join(supabase.mailDirectory, file!)}`)
    const token = new URL(link).searchParams.get('token')!
    expect(supabase.output.join('\n')).not.toContain(token)
  })

  it('sends a link to the application to the new mailbox before an address changes', async () => {
    const { client, email } = await signUp()
    expect((await client.auth.updateUser({ email: `new-${email}` })).error).toBeNull()
    const mailbox = async (address: string) =>
      (await readdir(supabase.mailDirectory)).filter((name) => name.endsWith(`Z-${address}.txt`))
    // The one that confirmed the sign-up.
    expect(await mailbox(email)).toHaveLength(1)
    const [file] = await mailbox(`new-${email}`)
    const link = /http:\/\/\S+/.exec(await readFile(join(supabase.mailDirectory, file!), 'utf8'))![0]
    const { origin, pathname, searchParams } = new URL(link)
    expect([origin, pathname, searchParams.get('type')]).toEqual([
      supabase.application.url,
      '/auth/confirm',
      'email_change',
    ])
    expect((await client.auth.getUser()).data.user!.email).toBe(email)

    const verified = await connect().auth.verifyOtp({
      type: 'email_change',
      token_hash: searchParams.get('token_hash')!,
    })
    expect(verified.error).toBeNull()
    const { data } = await client.from('profile').select('email')
    expect(data).toEqual([{ email: `new-${email}` }])
  })
})

describe('the sweep', () => {
  it('calls the sweep route with its secret', async () => {
    const { method, headers } = await supabase.application.waitForRequest(
      ({ path }) => path === '/api/sync-stripe-customers',
    )
    expect(method).toBe('GET')
    expect(headers.get('authorization')).toBe(`Bearer ${cronSecret}`)
  })
})

describe('output', () => {
  it('shows an error of the database as one line, without the parameters of the statement', async () => {
    const { client } = await signUp()
    const { error } = await client.from('profile').update({ email: 'secret@example.com' }).eq('email', 'secret-filter')
    expect(error).not.toBeNull()
    expect(supabase.output).toContain('Supabase: permission denied for table profile (42501)')
  })

  it('contains no secret', () => {
    const text = supabase.output.join('\n')
    expect(text).toContain('\n')
    for (const secret of [apiRouteSecret, cronSecret, supabase.secretKey, supabase.publishableKey, 'correct horse']) {
      expect(text).not.toContain(secret)
    }
  })
})
