import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { findFreePort } from '../../src/host/find-free-port.ts'
import { listenOnLoopback } from '../../src/host/listen-on-loopback.ts'
import { checkPortsAreFree } from '../../src/host/ports.ts'

const mainPath = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

interface Run {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exited: Promise<number | null>
}

let dir: string
let envFile: string
let ports: { SANDBOX_SUPABASE_PORT: string; SANDBOX_STRIPE_PORT: string; SANDBOX_GITHUB_PORT: string }
const runs = new Set<Run>()

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'routekey-main-'))
  envFile = join(dir, '.env.local')
  const [supabase, stripe, github] = [await findFreePort(), await findFreePort(), await findFreePort()].map(String)
  ports = { SANDBOX_SUPABASE_PORT: supabase!, SANDBOX_STRIPE_PORT: stripe!, SANDBOX_GITHUB_PORT: github! }
})

afterEach(async () => {
  for (const { child, exited } of runs) {
    child.kill('SIGKILL')
    await exited
  }
  runs.clear()
  await rm(dir, { recursive: true })
})

function run(env: Record<string, string> = {}, args: readonly string[] = []): Run {
  const child = spawn(process.execPath, [mainPath, ...args], {
    env: { PATH: process.env['PATH'], SANDBOX_DIR: join(dir, 'data'), SANDBOX_ENV_FILE: envFile, ...ports, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null))
  const started = { child, output: () => output, exited }
  runs.add(started)
  return started
}

async function waitForOutput({ child, output }: Run, text: string): Promise<void> {
  await vi.waitUntil(() => output().includes(text) || child.exitCode !== null, { timeout: 60_000, interval: 20 })
  if (!output().includes(text)) throw new Error(`It ended with: ${output()}`)
}

it('prints addresses but no keys, completes the environment file, and frees the ports on Ctrl-C', async () => {
  await writeFile(envFile, '# mine\nSTRIPE_SECRET_KEY=sk_test_mine\n')
  const sandbox = run()
  await waitForOutput(sandbox, 'Keys')
  expect(sandbox.output()).toContain(`Supabase  http://127.0.0.1:${ports.SANDBOX_SUPABASE_PORT}\n`)
  expect(sandbox.output()).toContain(`GitHub    http://127.0.0.1:${ports.SANDBOX_GITHUB_PORT}\n`)
  expect(sandbox.output()).toContain('Stripe    not started')

  const text = await readFile(envFile, 'utf8')
  const variables = parseEnv(text)
  expect(text.startsWith('# mine\nSTRIPE_SECRET_KEY=sk_test_mine\n')).toBe(true)
  expect((await stat(envFile)).mode & 0o777).toBe(0o600)
  expect(variables).not.toHaveProperty('STRIPE_API_BASE')
  expect(variables).toMatchObject({
    API_ROUTE_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    CRON_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
    NEXT_PUBLIC_SUPABASE_URL: `http://127.0.0.1:${ports.SANDBOX_SUPABASE_PORT}`,
  })
  for (const name of ['API_ROUTE_SECRET', 'CRON_SECRET', 'SUPABASE_SECRET_KEY', 'STRIPE_SECRET_KEY']) {
    expect(sandbox.output()).not.toContain(variables[name]!)
  }

  sandbox.child.kill('SIGINT')
  expect(await sandbox.exited).toBe(0)
  await expect(
    checkPortsAreFree(Object.entries(ports).map(([variable, port]) => ({ variable, port: Number(port) }))),
  ).resolves.toBeUndefined()
})

it('says in one line which port is in use, and exits with 2', async () => {
  const other = await listenOnLoopback({ port: Number(ports.SANDBOX_STRIPE_PORT), variable: 'X' })
  const sandbox = run()
  expect(await sandbox.exited).toBe(2)
  expect(sandbox.output()).toMatch(
    new RegExp(
      `^sandbox: Port ${ports.SANDBOX_STRIPE_PORT} is in use\\. [^\n]*SANDBOX_STRIPE_PORT[^\n]* See: npm run sandbox -- --help\n$`,
    ),
  )
  await other.close()
})

it('says in one line which variable is required, and changes nothing', async () => {
  const sandbox = run({ STRIPE_API_BASE: 'http://127.0.0.1:9' })
  expect(await sandbox.exited).toBe(2)
  expect(sandbox.output()).toMatch(/^sandbox: STRIPE_SECRET_KEY is required because STRIPE_API_BASE is set\. [^\n]+\n$/)
  await expect(stat(envFile)).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(stat(join(dir, 'data'))).rejects.toMatchObject({ code: 'ENOENT' })
})

it('prints its help, and refuses arguments that it does not have', async () => {
  const help = run({}, ['--help'])
  expect(await help.exited).toBe(0)
  expect(help.output()).toContain('SANDBOX_DIR')
  const wrong = run({}, ['--sed'])
  expect(await wrong.exited).toBe(2)
  expect(wrong.output()).toBe("sandbox: Unknown option '--sed'. See: npm run sandbox -- --help\n")
  await expect(stat(envFile)).rejects.toMatchObject({ code: 'ENOENT' })
})
