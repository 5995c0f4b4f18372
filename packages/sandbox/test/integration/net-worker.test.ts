import { setTimeout as sleep } from 'node:timers/promises'

import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'

import { z } from 'zod'

import { openPglite, type SandboxDatabase } from '../../src/supabase/database/open-database.ts'
import { prepareDatabase } from '../../src/supabase/database/prepare-database.ts'
import { type NetWorker, startNetWorker } from '../../src/supabase/pg-net/net-worker.ts'
import { findFreePort } from '../../src/host/ports.ts'
import { type RecordingApplication, startRecordingApplication } from '../recording-application.ts'

/** Other tests may be at work on the machine. */
const patience = { timeout: 10_000, interval: 20 }

let database: SandboxDatabase
let application: RecordingApplication
let worker: NetWorker
let running = 0
let mostRunning = 0
const errors: unknown[] = []

beforeAll(async () => {
  database = await openPglite(null)
  await database.withClient(prepareDatabase)
  application = await startRecordingApplication(async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/redirect') return Response.redirect(`${application.url}/target`)
    if (pathname === '/refuse') return Response.json({ reason: 'no' }, { status: 401, headers: { 'X-Reason': 'key' } })
    if (pathname !== '/many') {
      await sleep(Number(searchParams.get('delayMs') ?? 0))
      return Response.json({ pathname })
    }
    running += 1
    mostRunning = Math.max(mostRunning, running)
    await sleep(20)
    running -= 1
    return Response.json({ pathname })
  })
  worker = await startNetWorker({ database, onError: (error) => errors.push(error) })
})

afterAll(async () => {
  await worker.stop()
  await application.close()
  await database.close()
})

beforeEach(() => {
  application.requests.length = 0
})

async function queue(expression: string): Promise<number> {
  const { rows } = await database.query(`select (${expression})::int as id`)
  return z.tuple([z.object({ id: z.number() })]).parse(rows)[0].id
}

async function responseTo(id: number): Promise<Record<string, unknown>> {
  return vi.waitFor(async () => {
    const { rows } = await database.query('select * from net._http_response where id = $1', [id])
    return z.tuple([z.record(z.string(), z.unknown())]).parse(rows)[0]
  }, patience)
}

it('sends a post with its headers and body, and records the response', async () => {
  const id = await queue(
    `net.http_post('${application.url}/hook', '{"type": "INSERT"}', '{"a": "b c"}', '{"x-api-key": "s3cret", "x-none": null, "x-number": 7}', 1000)`,
  )
  const response = await responseTo(id)
  expect(response).toMatchObject({
    status_code: 200,
    content: '{"pathname":"/hook"}',
    timed_out: false,
    error_msg: null,
  })
  expect(response['content_type']).toContain('application/json')
  expect(response['headers']).toMatchObject({ 'content-type': response['content_type'] })

  const [request] = application.requests
  expect(request).toMatchObject({ method: 'POST', path: '/hook?a=b%20c', body: '{"type": "INSERT"}' })
  expect(request!.headers.get('x-api-key')).toBe('s3cret')
  expect(request!.headers.get('content-type')).toBe('application/json')
  expect(request!.headers.get('x-number')).toBe('7')
  expect(request!.headers.has('x-none')).toBe(false)
})

it('sends gets and deletes', async () => {
  await responseTo(await queue(`net.http_get('${application.url}/get', '{"a": "1"}')`))
  await responseTo(await queue(`net.http_delete('${application.url}/delete')`))
  expect(application.requests.map(({ method, path }) => [method, path])).toEqual([
    ['GET', '/get?a=1'],
    ['DELETE', '/delete'],
  ])
})

it('takes the row from the queue, and does not try again when it is refused', async () => {
  const id = await queue(`net.http_post('${application.url}/refuse')`)
  expect(await responseTo(id)).toMatchObject({ status_code: 401, content: '{"reason":"no"}', error_msg: null })
  await sleep(100)
  expect(application.requests).toHaveLength(1)
  expect((await database.query('select from net.http_request_queue')).rows).toHaveLength(0)
})

it('sends nothing that was rolled back, and nothing before the commit', async () => {
  await database.withClient(async (client) => {
    await client.query('begin')
    await client.query(`select net.http_post('${application.url}/rolled-back')`)
    await sleep(50)
    await client.query('rollback')
    await client.query('begin')
    await client.query(`select net.http_post('${application.url}/committed')`)
    await sleep(50)
    expect(application.requests).toEqual([])
    await client.query('commit')
  })
  await application.waitForCount(1)
  await sleep(50)
  expect(application.requests.map(({ path }) => path)).toEqual(['/committed'])
})

it('gives up at the timeout of the request', async () => {
  const startedAt = performance.now()
  const id = await queue(`net.http_get('${application.url}/slow?delayMs=2000', timeout_milliseconds => 150)`)
  expect(await responseTo(id)).toMatchObject({
    status_code: null,
    timed_out: true,
    error_msg: 'Timeout of 150 ms reached',
  })
  expect(performance.now() - startedAt).toBeLessThan(1500)
})

it('records that nothing listens, that the address is none, and that a header is none', async () => {
  const refused = await queue(`net.http_get('http://127.0.0.1:${await findFreePort()}/')`)
  expect(await responseTo(refused)).toMatchObject({ status_code: null, timed_out: false })
  expect((await responseTo(refused))['error_msg']).toMatch(/ECONNREFUSED/)
  const noAddress = await queue(`net.http_get('not an address')`)
  expect((await responseTo(noAddress))['error_msg']).toMatch(/invalid url/i)
  const noHeader = await queue(`net.http_get('${application.url}', headers => '{"x-api-key": "s3\\ncret"}')`)
  const { error_msg: message } = await responseTo(noHeader)
  expect(message).toBe('A header has a name or value that HTTP does not allow')
})

it('follows redirects', async () => {
  const id = await queue(`net.http_get('${application.url}/redirect')`)
  expect(await responseTo(id)).toMatchObject({ status_code: 200, content: '{"pathname":"/target"}' })
})

it('sends many at once, but not all at once, and loses none', async () => {
  await database.query(`select net.http_get('${application.url}/many?n=' || n) from generate_series(1, 200) n`)
  await application.waitForCount(200)
  expect(new Set(application.requests.map(({ path }) => path)).size).toBe(200)
  expect(mostRunning).toBeGreaterThan(5)
  expect(mostRunning).toBeLessThanOrEqual(20)
})

it('forgets responses after 6 hours', async () => {
  await database.query(`
    insert into net._http_response (id, created)
    values (-1, now() - interval '6 hours 1 minute'), (-2, now() - interval '5 hours 59 minutes')
  `)
  const second = await startNetWorker({ database, onError: (error) => errors.push(error) })
  await vi.waitFor(async () => {
    const { rows } = await database.query('select id from net._http_response where id < 0')
    expect(rows).toEqual([{ id: -2 }])
  }, patience)
  await second.stop()
})

it('stops within a second, whatever is under way', async () => {
  const second = await startNetWorker({ database, onError: (error) => errors.push(error) })
  const id = await queue(`net.http_get('${application.url}/slow?delayMs=1500')`)
  await application.waitForCount(1)
  const startedAt = performance.now()
  await Promise.all([second.stop(), worker.stop()])
  expect(performance.now() - startedAt).toBeLessThan(1000)
  expect(await responseTo(id)).toMatchObject({ status_code: null, error_msg: 'The worker was stopped' })
  await queue(`net.http_get('${application.url}/later')`)
  await sleep(100)
  expect(application.requests.map(({ path }) => path)).toEqual(['/slow?delayMs=1500'])
})

it('has had no trouble with the database', () => {
  expect(errors).toEqual([])
})
