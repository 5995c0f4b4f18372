import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { createClient } from '@supabase/supabase-js'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest'
import { findFreePort } from '../../src/host/find-free-port.ts'
import { listenOnLoopback } from '../../src/host/listen-on-loopback.ts'
import { checkPortsAreFree } from '../../src/host/ports.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/index.ts'

const anyPorts = { supabase: 0, stripe: 0, github: 0 }

let dir: string
const running = new Set<Sandbox>()

beforeAll(async () => {
  // One directory for all tests: creating a database takes seconds.
  dir = await mkdtemp(join(tmpdir(), 'routekey-start-'))
})

afterEach(async () => {
  await Promise.all([...running].map((sandbox) => sandbox.stop()))
  running.clear()
})

afterAll(() => rm(dir, { recursive: true }))

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ dir, ports: anyPorts, ...options })
  running.add(sandbox)
  return sandbox
}

it('starts every part, and frees every port while requests are open', async () => {
  const sandbox = await start()
  const ports = [sandbox.supabase!, sandbox.stripe!, sandbox.github!].map(({ url }) => Number(new URL(url).port))
  const sockets = await Promise.all(
    ports.map(async (port) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      // The request never ends.
      socket.write('POST /rest/v1/profile HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{')
      return socket
    }),
  )
  void sandbox.stop()
  // The second call waits for the first.
  await sandbox.stop()
  await expect(checkPortsAreFree(ports.map((port) => ({ port, variable: 'X' })))).resolves.toBeUndefined()
  for (const socket of sockets) socket.destroy()
  await expect(sandbox.stop()).resolves.toBeUndefined()
})

it.each(['supabase', 'stripe', 'github'] as const)(
  'starts nothing if the port of %s is taken, and names the port and its variable',
  async (part) => {
    const other = await listenOnLoopback({ port: 0, variable: 'X' })
    const port = Number(new URL(other.url).port)
    const [first, second] = [await findFreePort(), await findFreePort()]
    const free = { supabase: first, stripe: second, github: 0 }
    await expect(start({ dir: join(dir, 'never-created'), ports: { ...free, [part]: port } })).rejects.toMatchObject({
      code: 'ERR_SANDBOX_PORT_IN_USE',
      message: `Port ${port} is in use. Stop the program that uses it, or set SANDBOX_${part.toUpperCase()}_PORT to another port.`,
    })
    await other.close()
    await expect(stat(join(dir, 'never-created'))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(
      checkPortsAreFree([first, second].map((each) => ({ port: each, variable: 'X' }))),
    ).resolves.toBeUndefined()
  },
)

it('refuses the directory of a running sandbox', async () => {
  await start({ supabase: false })
  await expect(start({ supabase: false })).rejects.toMatchObject({
    code: 'ERR_SANDBOX_DIRECTORY_IN_USE',
    message: expect.stringContaining(`(process ${process.pid})`),
  })
})

it('hides its directory and keys from other users of the machine', async () => {
  await start({ supabase: false })
  expect((await stat(dir)).mode & 0o777).toBe(0o700)
  expect((await stat(join(dir, 'keys.json'))).mode & 0o777).toBe(0o600)
})

it('marks its keys as keys of a sandbox', async () => {
  const { supabase, stripe } = await start()
  expect(supabase!.publishableKey).toMatch(/^sb_publishable_sandbox_[0-9a-f]{64}$/)
  expect(supabase!.secretKey).toMatch(/^sb_secret_sandbox_[0-9a-f]{64}$/)
  expect(stripe!.secretKey).toMatch(/^sk_test_sandbox_[0-9a-f]{64}$/)
  expect(stripe!.webhookSecret).toMatch(/^whsec_sandbox_[0-9a-f]{64}$/)
})

it('listens only on the loopback interface', async () => {
  const sandbox = await start({ stripe: false })
  expect([sandbox.supabase!.url, sandbox.github!.url].map((url) => new URL(url).hostname)).toEqual([
    '127.0.0.1',
    '127.0.0.1',
  ])
})

it('does not start a part that another service replaces', async () => {
  const withoutSupabase = await start({ supabase: false })
  expect(withoutSupabase).toMatchObject({ supabase: null, github: null, stripe: { url: expect.any(String) } })
  await withoutSupabase.stop()
  const withoutOthers = await start({ stripe: false, github: false })
  expect(withoutOthers).toMatchObject({ supabase: { url: expect.any(String) }, stripe: null, github: null })
})

it('redirects to GitHub itself if an application is registered there', async () => {
  const { supabase, github } = await start({ stripe: false, github: { clientId: 'Iv1.real', clientSecret: 'secret' } })
  expect(github).toBeNull()
  const { data } = await createClient(supabase!.url, supabase!.publishableKey).auth.signInWithOAuth({
    provider: 'github',
    options: { skipBrowserRedirect: true },
  })
  const response = await fetch(data.url!, { redirect: 'manual' })
  const location = new URL(response.headers.get('location')!)
  expect(location.origin).toBe('https://github.com')
  expect(location.searchParams.get('client_id')).toBe('Iv1.real')
  expect(location.searchParams.get('redirect_uri')).toBe(`${supabase!.url}/auth/v1/callback`)
})

it('names a migration that fails, starts once it is fixed, and logs that an applied one has changed', async () => {
  const migrationsDirectory = await mkdtemp(join(tmpdir(), 'routekey-migrations-'))
  onTestFinished(() => rm(migrationsDirectory, { recursive: true }))
  const file = join(migrationsDirectory, '20990101000000_add_note.sql')
  const lines: string[] = []
  const options = { stripe: false, github: false, migrationsDirectory, log: (line: string) => lines.push(line) }

  await writeFile(file, 'create table public.note (id int);\ncreat table x;')
  await expect(start(options)).rejects.toMatchObject({
    code: 'ERR_SANDBOX_MIGRATION',
    message: expect.stringMatching(/^Migration 20990101000000_add_note\.sql, line 2, failed: syntax error/),
  })
  await writeFile(file, 'create table public.note (id int);')
  await (await start(options)).stop()
  await writeFile(file, 'create table public.note (id bigint);')
  await (await start(options)).stop()
  expect(lines).toEqual([expect.stringContaining('Migration 20990101000000_add_note.sql has changed')])
})

it('updates the secret and address of the route in Vault', async () => {
  await (await start({ stripe: false, github: false, apiRouteSecret: 'first', appUrl: 'http://localhost:3000' })).stop()
  await (
    await start({ stripe: false, github: false, apiRouteSecret: 'second', appUrl: 'http://localhost:3001' })
  ).stop()
  const database = await PGlite.create(join(dir, 'postgres'))
  const { rows } = await database.query('select name, decrypted_secret from vault.decrypted_secrets order by name')
  await database.close()
  expect(rows).toEqual([
    { name: 'api_route_secret', decrypted_secret: 'second' },
    { name: 'api_route_url', decrypted_secret: 'http://localhost:3001/api/create-stripe-customer' },
  ])
})
