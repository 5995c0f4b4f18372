import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { secretKey } from '../test/secret-key.ts'
import { createSdk, eventually, startForTest } from '../test/start-for-test.ts'
import { startStripeStandIn } from './start-stripe-stand-in.ts'

async function temporaryFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'stripe-stand-in-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'stripe.sqlite')
}

/** Starts the stand-in in its own process, which the test can kill. */
async function spawnStandIn(path: string) {
  const program = new URL('../test/stand-in-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [line] = await once(child.stdout, 'data')
  return {
    port: Number(String(line)),
    stderr: () => stderr,
    async kill() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

it('loses nothing that it answered, including keys, when it is killed', async () => {
  const path = await temporaryFile()
  const first = await spawnStandIn(path)
  const before = createSdk(first.port)
  const answered = new Map<number, string>()
  const create = async (sdk: typeof before, index: number) =>
    (await sdk.customers.create({ metadata: { index } }, { idempotencyKey: `key-${index}` })).id
  const calls = Array.from({ length: 200 }, async (_, index) => {
    try {
      answered.set(index, await create(before, index))
    } catch {
      // The kill cut the connection. The second run shows whether the request took effect.
    }
  })
  await eventually(() => answered.size).toBeGreaterThan(20)
  await first.kill()
  await Promise.all(calls)
  expect(first.stderr()).toBe('')

  const second = await spawnStandIn(path)
  onTestFinished(() => second.kill())
  const after = createSdk(second.port)
  const replayed = new Map<number, string>()
  for (let index = 0; index < 200; index += 1) replayed.set(index, await create(after, index))
  for (const [index, id] of answered) expect(replayed.get(index)).toBe(id)
  const all = await after.customers.list({ limit: 100 }).autoPagingToArray({ limit: 1000 })
  expect(new Set(all.map(({ metadata }) => metadata['index'])).size).toBe(200)
  expect(all).toHaveLength(200)
})

it('keeps undelivered events over a restart', async () => {
  const path = await temporaryFile()
  const webhooks = [{ url: 'http://127.0.0.1:1/', secret: 'whsec_x' }]
  const first = await startForTest({ path, webhooks, webhookRetryDelaysMs: [60_000] })
  await first.stripe.customers.create()
  await first.standIn.stop()
  const second = await startForTest({ path, webhooks })
  expect(second.standIn.state().webhooks.pending).toBe(1)
})

it('throws EADDRINUSE for a port in use, and closes the storage', async () => {
  const path = await temporaryFile()
  const { standIn } = await startForTest()
  const start = startStripeStandIn({ port: standIn.port, path, secretKey })
  await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await startForTest({ path })
})

it('listens only on the loopback address', async () => {
  const { standIn } = await startForTest()
  expect(standIn.url).toBe(`http://127.0.0.1:${standIn.port}`)
  await expect(fetch(`http://127.0.0.2:${standIn.port}/`)).rejects.toThrow(/fetch failed/)
})

it('refuses a file of another version', async () => {
  const path = await temporaryFile()
  const other = new DatabaseSync(path)
  other.exec('pragma user_version = 99')
  other.close()
  await expect(startStripeStandIn({ port: 0, path, secretKey })).rejects.toMatchObject({
    code: 'ERR_STAND_IN_FILE_VERSION',
    message: `${path} was written by another version of the Stripe stand-in. Delete it and start again.`,
  })
})
