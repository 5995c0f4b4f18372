import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { findFreePort } from '../../src/host/find-free-port.ts'
import { openPglite } from '../../src/supabase/database/open-pglite.ts'
import { prepareDatabase } from '../../src/supabase/database/prepare-database.ts'
import type { SandboxDatabase } from '../../src/supabase/database/sandbox-database.ts'
import { type NetWorker, startNetWorker } from '../../src/supabase/pg-net/net-worker.ts'
import { createGate, type Gate } from '../create-gate.ts'
import { type RecordingApplication, startRecordingApplication } from '../recording-application.ts'

const patience = { timeout: 30_000, interval: 10 }

let database: SandboxDatabase
let application: RecordingApplication
let worker: NetWorker
/** Holds back the answers to `/held`. */
let gate: Gate
const errors: unknown[] = []

beforeAll(async () => {
  database = await openPglite(null)
  await database.withClient(prepareDatabase)
  application = await startRecordingApplication(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/redirect') return Response.redirect(`${application.url}/target`)
    if (pathname === '/refuse') return Response.json({ reason: 'no' }, { status: 401, headers: { 'X-Reason': 'key' } })
    if (pathname === '/held') await gate.wait()
    return Response.json({ pathname })
  })
  worker = await startWorker()
})

afterAll(async () => {
  await worker.stop()
  await application.close()
  await database.close()
})

beforeEach(() => {
  application.requests.length = 0
  gate = createGate()
  onTestFinished(() => gate.open())
})

const startWorker = () => startNetWorker({ database, onError: (error) => errors.push(error) })

const paths = () => application.requests.map(({ path }) => path)

async function queue(expression: string): Promise<number> {
  const { rows } = await database.query(`select (${expression})::int as id`)
  return z.tuple([z.object({ id: z.number() })]).parse(rows)[0].id
}

async function queueLength(): Promise<number> {
  return (await database.query('select from net.http_request_queue')).rows.length
}

async function responseTo(id: number): Promise<Record<string, unknown>> {
  return vi.waitFor(async () => {
    const { rows } = await database.query('select * from net._http_response where id = $1', [id])
    return z.tuple([z.record(z.string(), z.unknown())]).parse(rows)[0]
  }, patience)
}

/** Waits until the worker has sent everything that was queued before. It sends in the order of the queue. */
async function sendMarker(): Promise<void> {
  await responseTo(await queue(`net.http_get('${application.url}/marker')`))
}

it('sends a post with its headers and body, and records the response', async () => {
  const id = await queue(
    `net.http_post('${application.url}/hook', '{"type": "INSERT"}', '{"a": "b c"}', '{"x-api-key": "s3cret", "x-none": null, "x-number": 7}', 30000)`,
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

it('removes a request from the queue, and does not retry it', async () => {
  const id = await queue(`net.http_post('${application.url}/refuse')`)
  expect(await responseTo(id)).toMatchObject({ status_code: 401, content: '{"reason":"no"}', error_msg: null })
  expect(await queueLength()).toBe(0)
  await sendMarker()
  expect(paths()).toEqual(['/refuse', '/marker'])
})

it('sends nothing that was rolled back, and nothing before the commit', async () => {
  await database.withClient(async (client) => {
    await client.query('begin')
    await client.query(`select net.http_post('${application.url}/rolled-back')`)
    await client.query('rollback')
    await client.query('begin')
    await client.query(`select net.http_post('${application.url}/committed')`)
    expect(application.requests).toEqual([])
    await client.query('commit')
  })
  await sendMarker()
  await application.waitForCount(2)
  expect(paths().toSorted()).toEqual(['/committed', '/marker'])
})

it('stops waiting at the timeout of the request', async () => {
  const id = await queue(`net.http_get('${application.url}/held', timeout_milliseconds => 150)`)
  expect(await responseTo(id)).toMatchObject({
    status_code: null,
    timed_out: true,
    error_msg: 'Timeout of 150 ms reached',
  })
})

it('records a refused connection, an invalid address and an invalid header', async () => {
  const refused = await queue(`net.http_get('http://127.0.0.1:${await findFreePort()}/')`)
  expect(await responseTo(refused)).toMatchObject({ status_code: null, timed_out: false })
  expect((await responseTo(refused))['error_msg']).toMatch(/ECONNREFUSED/)
  const invalidUrl = await queue(`net.http_get('not an address')`)
  expect((await responseTo(invalidUrl))['error_msg']).toMatch(/invalid url/i)
  const invalidHeader = await queue(`net.http_get('${application.url}', headers => '{"x-api-key": "s3\\ncret"}')`)
  const { error_msg: message } = await responseTo(invalidHeader)
  expect(message).toBe('A header has an invalid name or value')
})

it('follows redirects', async () => {
  const id = await queue(`net.http_get('${application.url}/redirect')`)
  expect(await responseTo(id)).toMatchObject({ status_code: 200, content: '{"pathname":"/target"}' })
})

it('sends 20 requests at the same time and no more, and loses none', async () => {
  const url = `${application.url}/held`
  await database.query(
    `select net.http_get('${url}?n=' || n, timeout_milliseconds => 60000) from generate_series(1, 200) n`,
  )
  await application.waitForCount(20)
  expect(await queueLength()).toBe(180)
  expect(application.requests).toHaveLength(20)
  gate.open()
  await application.waitForCount(200)
  expect(new Set(paths()).size).toBe(200)
})

it('deletes responses after 6 hours', async () => {
  await database.query(`
    insert into net._http_response (id, created)
    values (-1, now() - interval '6 hours 1 minute'), (-2, now() - interval '5 hours 59 minutes')
  `)
  const second = await startWorker()
  await vi.waitFor(async () => {
    const { rows } = await database.query('select id from net._http_response where id < 0')
    expect(rows).toEqual([{ id: -2 }])
  }, patience)
  await second.stop()
})

it('stops while a request is open, and leaves later requests in the queue', async () => {
  const id = await queue(`net.http_get('${application.url}/held', timeout_milliseconds => 60000)`)
  await application.waitForCount(1)
  await worker.stop()
  expect(await responseTo(id)).toMatchObject({ status_code: null, error_msg: 'The worker was stopped' })

  const later = await queue(`net.http_get('${application.url}/later')`)
  expect(await queueLength()).toBe(1)
  worker = await startWorker()
  expect(await responseTo(later)).toMatchObject({ status_code: 200 })
  expect(paths()).toEqual(['/held', '/later'])
})

it('has had no errors of the database', () => {
  expect(errors).toEqual([])
})
