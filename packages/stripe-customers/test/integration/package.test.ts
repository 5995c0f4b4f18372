import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox, type Sandbox } from '@routekey/sandbox'
import { readMailedToken } from '@routekey/sandbox/read-mailed-token'
import { findNode, installRuntimes } from '@routekey/tools/install-runtimes'
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPackedProject, type PackedProject } from '../packed-project.ts'

let project: PackedProject
beforeAll(() => {
  project = createPackedProject(['@supabase/supabase-js', '@types/node', 'stripe', 'undici-types', 'zod'])
})
afterAll(() => {
  project.remove()
})

describe('the package', () => {
  it('contains the build, the SQL, the licence and the readme, and no tests or sources', () => {
    const others = project.files.filter((file) => !/^package\/dist\/[\w/-]+(?:\.d)?\.(?:js|ts)$/.test(file))
    expect(others.filter((file) => !/^package\/sql\/[\w-]+\.sql$/.test(file)).toSorted()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/package.json',
    ])
    expect(project.files.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([])
  })

  it('exports the names of its readme, and no internal module', () => {
    const names = project.runModule(
      `console.log(JSON.stringify(Object.keys(await import('@routekey/stripe-customers'))))`,
    )
    expect(names).toEqual([
      'StripeCustomersError',
      'createStripeCustomers',
      'defaultLeaseMs',
      'defaultRequestTimeoutMs',
      'defaultRetryPolicy',
    ])
    for (const entry of ['next', 'next-pages']) {
      expect(
        project.runModule(
          `console.log(JSON.stringify(Object.keys(await import('@routekey/stripe-customers/${entry}'))))`,
        ),
      ).toEqual(['createStripeCustomersRoute'])
    }
    const inner = project.runModule(
      `console.log(JSON.stringify(await import('@routekey/stripe-customers/dist/errors.js').catch((error) => error.code)))`,
    )
    expect(inner).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  it('loads only what it depends on, reads no environment and starts nothing when it is imported', () => {
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ resolve: (name, context, next) => {
        if (context.parentURL?.includes('/@routekey/')) loaded.push(name)
        return next(name, context)
      } })
      await import('@routekey/stripe-customers')
      console.log(JSON.stringify({
        loaded: [...new Set(loaded.filter((name) => !name.startsWith('.')))].sort(),
        active: process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap'),
      }))`
    expect(project.runModule(script)).toEqual({ loaded: ['node:timers/promises', 'stripe', 'zod'], active: [] })
  })

  it('type-checks in a strict project, with the clients of Supabase and of Postgres', () => {
    const output = project.typeCheck(`
      import { createStripeCustomers, type ProvisionResult } from '@routekey/stripe-customers'
      import { createClient } from '@supabase/supabase-js'
      import { Stripe } from 'stripe'
      const stripe = new Stripe('sk_test_1')
      const supabase = createStripeCustomers({ supabase: createClient('https://x.supabase.co', 'sb_secret_1'), stripe })
      export const result: Promise<ProvisionResult> = supabase.provision('id')
      const pool = { query: async (_text: string, _values: unknown[]) => ({ rows: [] }) }
      export const swept = createStripeCustomers({ postgres: pool, stripe }).sweep({ budgetMs: 1000 })
      // @ts-expect-error a database is required
      createStripeCustomers({ stripe })
    `)
    // The types of other packages have errors of their own.
    const own = output.split('\n').filter((line) => /^(?:source\.ts|node_modules\/@routekey\/)/.test(line))
    expect(own).toEqual([])
  })
})

describe('its command line', () => {
  let dir: string
  let sandbox: Sandbox
  let env: Record<string, string>
  let problem: string | null
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'stripe-customers-package-'))
    problem = await installRuntimes()
    sandbox = await startSandbox({
      dir,
      ports: { supabase: 0, stripe: 0 },
      appUrl: 'http://127.0.0.1:9',
      apiRouteSecret: 'never-sent-in-this-test',
      github: false,
    })
    env = {
      NEXT_PUBLIC_SUPABASE_URL: sandbox.supabase!.url,
      SUPABASE_SECRET_KEY: sandbox.supabase!.secretKey,
      STRIPE_SECRET_KEY: sandbox.stripe!.secretKey,
      STRIPE_API_BASE: sandbox.stripe!.url,
    }
  }, 300_000)
  afterAll(async () => {
    await sandbox.stop()
    rmSync(dir, { recursive: true })
  })

  it('runs without the packages that it was built with, and knows its version', async () => {
    expect(await project.runBin('--help')).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('Usage:'),
    })
    expect(await project.runBin('--version')).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' })
    expect(await project.runBin('statos')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean status?'),
    })
    expect(await project.runBin('status --env-file .env.absent')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('.env.absent does not exist'),
    })
  })

  it('says what to install if the driver of the database is missing', async () => {
    const variables = { DATABASE_URL: 'postgres://user:password@127.0.0.1:9/none', STRIPE_SECRET_KEY: 'sk_test_1' }
    expect(await project.runBin('status', { env: variables })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('The package pg is not installed. Run: npm install pg'),
    })
  })

  it.each(['this Node', 'Node 20.19'])('gives a user a customer in %s', async (version) => {
    const node = version === 'this Node' ? process.execPath : findNode('node-20')
    expect(node, problem ?? '').not.toBeNull()
    const visitor = createClient(sandbox.supabase!.url, sandbox.supabase!.publishableKey)
    const email = `${crypto.randomUUID()}@example.com`
    await visitor.auth.signUp({ email, password: 'correct horse battery staple' })
    const token = await readMailedToken(sandbox.supabase!.mailDirectory, email)
    const { error } = await visitor.auth.verifyOtp({ type: 'signup', token_hash: token })
    expect(error).toBeNull()
    const run = (line: string) => project.runBin(`${line} --json`, { env, node: node! })
    expect(await run('sweep')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"done":1') })
    expect(await run('reconcile')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"missing":0') })
  })
})
