// Measures how many customers a second one client process creates over keep-alive connections, by `node:http` alone and
// by the real SDK, in memory and on a file. Run it with Node 24: node packages/sandbox/test/stripe/measure-throughput.ts
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stripe } from 'stripe'
import { secretKey } from './secret-key.ts'

const customerCount = 6000
const connectionCount = 16

const directory = await mkdtemp(join(tmpdir(), 'stripe-throughput-'))
for (const path of [':memory:', join(directory, 'stripe.sqlite')]) {
  const program = new URL('stand-in-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const port = Number(String(line))
  const where = path === ':memory:' ? 'in memory' : 'on a file'
  report(`node:http, ${where}`, await measure(createByHttp(port)))
  report(`the SDK, ${where}`, await measure(createBySdk(port)))
  child.kill()
}
await rm(directory, { recursive: true })

/** Gives the creates per second, after a tenth of them to warm up. */
async function measure(create: (index: number) => Promise<unknown>): Promise<number> {
  const run = async (count: number) => {
    let next = 0
    const started = performance.now()
    const work = async () => {
      while (next < count) await create(next++)
    }
    await Promise.all(Array.from({ length: connectionCount }, work))
    return (count / (performance.now() - started)) * 1000
  }
  await run(customerCount / 10)
  return run(customerCount)
}

function createBySdk(port: number): (index: number) => Promise<unknown> {
  const stripe = new Stripe(secretKey, { protocol: 'http', host: '127.0.0.1', port, telemetry: false })
  return (index) => stripe.customers.create({ email: `user${index}@example.com`, metadata: { profile_id: index } })
}

function createByHttp(port: number): (index: number) => Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connectionCount })
  const headers = { Authorization: `Bearer ${secretKey}`, 'Content-Type': 'application/x-www-form-urlencoded' }
  let key = 0
  return (index) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, agent, method: 'POST', path: '/v1/customers' }
      const call = request({ ...options, headers: { ...headers, 'Idempotency-Key': `key-${key++}` } }, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) resolve()
          else reject(new Error(`The stand-in answered ${response.statusCode}.`))
        })
      })
      call.on('error', reject).end(`email=user${index}%40example.com&metadata[profile_id]=${index}`)
    })
}

function report(name: string, perSecond: number): void {
  process.stdout.write(`${name.padEnd(24)} ${Math.round(perSecond)} creates/s\n`)
}
