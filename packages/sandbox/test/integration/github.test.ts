import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'

const appUrl = 'http://localhost:3000'

let dir: string
let sandbox: Sandbox

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'routekey-github-'))
  sandbox = await start()
})

afterAll(async () => {
  await sandbox.stop()
  await rm(dir, { recursive: true })
})

const start = () => startSandbox({ dir, ports: { supabase: 0, stripe: 0, github: 0 }, appUrl, stripe: false })

/** Creates a client that stores its PKCE verifier, as the cookies of a browser do. */
function connect(): SupabaseClient {
  const values = new Map<string, string>()
  const storage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  }
  const auth = { flowType: 'pkce' as const, storage, autoRefreshToken: false, detectSessionInUrl: false }
  return createClient(sandbox.supabase!.url, sandbox.supabase!.publishableKey, { auth })
}

/** Requests a page that redirects, and returns the address it redirects to. */
async function follow(url: string, init: RequestInit = {}): Promise<URL> {
  const response = await fetch(url, { ...init, redirect: 'manual' })
  expect(response.status).toBe(302)
  return new URL(response.headers.get('location')!)
}

/** Returns the fields of the form that signs a user in on the GitHub page. */
function formOf(page: string, login: string): URLSearchParams {
  const form = page.split('<form').find((part) => part.includes(`value="${login}"`))!
  const fields = [...form.matchAll(/<input[^>]+name="(?<name>[^"]+)"[^>]*value="(?<value>[^"]*)"/g)]
  return new URLSearchParams(
    fields.map(({ groups }) => [groups!['name']!, groups!['value']!.replaceAll('&amp;', '&')] as [string, string]),
  )
}

/** Signs in as a browser does, from a page of the application. */
async function signInWithGithub(login: string, redirectTo: string): Promise<{ client: SupabaseClient; arrival: URL }> {
  const client = connect()
  const { data } = await client.auth.signInWithOAuth({
    provider: 'github',
    options: { redirectTo, skipBrowserRedirect: true },
  })
  const consent = await follow(data.url!)
  expect(consent.origin).toBe(sandbox.github!.url)
  const page = await (await fetch(consent)).text()
  const callback = await follow(new URL('/login/oauth/callback', consent).href, {
    method: 'POST',
    body: formOf(page, login),
  })
  expect(callback.origin).toBe(sandbox.supabase!.url)
  return { client, arrival: await follow(callback.href) }
}

async function signInAsLinus(): Promise<string> {
  const { client, arrival } = await signInWithGithub('linus', `${appUrl}/auth/callback`)
  const { data } = await client.auth.exchangeCodeForSession(arrival.searchParams.get('code')!)
  return data.user!.id
}

it.each([
  ['ada', 'ada@example.com', 'http://localhost:3000/auth/callback?next=/account'],
  ['grace', 'grace@example.com', 'http://127.0.0.1:3000/auth/callback'],
])('signs %s in and redirects back to the page', async (login, email, redirectTo) => {
  const { client, arrival } = await signInWithGithub(login, redirectTo)
  const code = arrival.searchParams.get('code')!
  arrival.searchParams.delete('code')
  expect(decodeURIComponent(arrival.href)).toBe(redirectTo)
  const { data, error } = await client.auth.exchangeCodeForSession(code)
  expect(error).toBeNull()
  expect(data.user).toMatchObject({ email, app_metadata: { provider: 'github' } })
  expect(data.user!.user_metadata).toMatchObject({ user_name: login, full_name: expect.stringContaining(' ') })
  const { data: profiles } = await client.from('profile').select('id, email')
  expect(profiles).toEqual([{ id: data.user!.id, email }])

  const avatar = await fetch(String(data.user!.user_metadata['avatar_url']))
  expect(avatar.headers.get('content-type')).toBe('image/svg+xml')
})

it('removes the password that somebody else registered for the address, before it was confirmed', async () => {
  const stolen = { email: 'linus@example.com', password: 'of somebody else' }
  expect((await connect().auth.signUp(stolen)).data.session).toBeNull()
  expect((await connect().auth.signInWithPassword(stolen)).error).toMatchObject({ code: 'email_not_confirmed' })
  await signInAsLinus()
  expect((await connect().auth.signInWithPassword(stolen)).error).toMatchObject({ code: 'invalid_credentials' })
  expect((await connect().auth.signUp(stolen)).data.session).toBeNull()
  expect((await connect().auth.signInWithPassword(stolen)).error).toMatchObject({ code: 'invalid_credentials' })
})

it('recognizes a user after a restart', async () => {
  const before = await signInAsLinus()
  await sandbox.stop()
  sandbox = await start()
  expect(await signInAsLinus()).toBe(before)
})

it('does not redirect to another site than the application', async () => {
  const { arrival } = await signInWithGithub('ada', 'https://elsewhere.example.com/steal')
  expect(arrival.origin).toBe(appUrl)
})

it('refuses a token to a client with a wrong secret', async () => {
  const response = await fetch(`${sandbox.github!.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({ client_id: 'Iv1.sandbox', client_secret: 'wrong', code: 'x' }),
  })
  expect(await response.json()).toMatchObject({ error: 'incorrect_client_credentials' })
})
