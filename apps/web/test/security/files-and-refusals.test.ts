import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countAttacks } from '@routekey/tools/count-attacks'
import { listFiles } from '#test/support/list-files.ts'
import { formPart, postForm } from '#test/support/raw-form.ts'
import { rawRequest, sendRaw } from '#test/support/send-raw.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack?.stop()
})

const conditions = [
  'If-Match: "x"',
  'If-Match: *',
  'If-Match: W/"x", "y"',
  'If-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT',
  'If-Unmodified-Since: x',
  'If-None-Match: *',
  'If-None-Match: "x"',
  'If-Modified-Since: x',
  'If-Range: "x"',
  'Range: bytes=99999999-',
  'Range: bytes=-0',
  'Range: bytes=0-0',
  'Range: bytes=5-1',
  'Range: bytes=0-0,2-3',
  'Range: bytes=a',
  'Range: lines=1-2',
  'Range: bytes=-99999999999999999999',
  'If-Range: x\r\nRange: bytes=9999999-',
]

it('answers every method and condition for every file', async (context) => {
  const files = listFiles()
  expect(files.length).toBeGreaterThan(10)
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
  const spell = [(file: string) => file, (file: string) => `${file}/`, (file: string) => file.replace('/_', '/%5F')]
  const attacks = files.flatMap((file) => [
    ...methods.flatMap((method) => spell.map((to) => rawRequest(to(file), { method }))),
    ...conditions.flatMap((line) =>
      ['GET', 'HEAD'].map((method) => rawRequest(file, { method, headers: [line, 'Accept-Encoding: gzip'] })),
    ),
    postForm(file, formPart('a', 'b')),
  ])
  countAttacks(context, attacks.length)
  const wrong: string[] = []
  const queue = attacks.values()
  const work = async () => {
    for (const attack of queue) {
      const { status } = await sendRaw(stack.webUrl, attack)
      const isRead = /^(?:GET|HEAD)/.test(attack)
      if (isRead ? ![200, 206, 304].includes(status) : status !== 405 && status !== 404) {
        wrong.push(`${status} for ${attack.slice(0, 200)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  expect(wrong).toEqual([])
})

it.each([
  '/_global-error',
  '/_global-error/',
  '/_global-error?a',
  '/_global-error.rsc',
  '/_global%2Derror',
  '/_global-error/a',
  '/_Global-Error',
  '/_next/data/build/_global-error.json',
  '/_global-error.segments/_tree.segment.rsc',
])('answers 404 to %s', async (path) => {
  for (const method of ['GET', 'HEAD']) {
    for (const headers of [[], ['Rsc: 1'], ['Next-Router-Prefetch: 1'], ['X-Nextjs-Data: 1']]) {
      expect((await sendRaw(stack.webUrl, rawRequest(path, { method, headers }))).status).toBe(404)
    }
  }
})

/** The log lines of refused requests since a place in the log. */
const refusals = (from: number) =>
  stack.web
    .output()
    .slice(from)
    .split('\n')
    .filter((line) => line.includes('"request.refused"'))
    .map((line): Record<string, unknown> => JSON.parse(line))

const large = 'a'.repeat(300_000)
const verified = ['Sec-Fetch-Site: same-origin', 'Content-Type: application/x-www-form-urlencoded']

describe('every refusal is logged once', () => {
  it.each([
    ['POST', '/api/v1/whoami', [], '', 405],
    ['HEAD', '/api/v1/whoami', [], '', 405],
    ['PUT', '/api/v1/customer', [], '', 405],
    ['GET', '/api/create-stripe-customer', [], '', 405],
    ['POST', '/api/health', [], '', 405],
    ['HEAD', '/auth/callback', [], '', 405],
    ['POST', '/auth/github', [], '', 405],
    ['GET', '/auth/verify', [], '', 405],
    ['POST', '/icon.svg', [], '', 405],
    ['POST', '/account/stripe-customer', [], '', 405],
    ['OPTIONS', '/login', [], '', 405],
    ['GET', '/account/stripe-customer', [], '', 401],
    ['GET', '/account/stripe-customer', ['Cookie: routekey-session=base64-e30'], '', 401],
    ['POST', '/api/stripe/webhook', [], large, 413],
    ['POST', '/auth/verify', [], 'a', 403],
    ['POST', '/auth/verify', verified, 'a'.repeat(3000), 413],
    ['POST', '/login', [], large, 413],
    ['POST', '/login', ['Sec-Fetch-Site: cross-site'], '', 403],
    ['POST', '/login', ['Origin: https://evil.example'], '', 403],
    ['POST', '/login', ['Content-Type: multipart/form-data'], '', 400],
    ['GET', '/login', ['Origin: a'], '', 400],
    ['GET', '/_global-error', [], '', 404],
    ['GET', '/', ['Connection: Upgrade', 'Upgrade: websocket'], '', 400],
  ])('%s %s %j', async (method, path, headers, body, status) => {
    const before = stack.web.output().length
    const request = rawRequest(`${path}?API_ROUTE_SECRET=hush`, { method, headers, body })
    const answer = await sendRaw(stack.webUrl, headers.includes('Upgrade: websocket') ? upgrade(request) : request)
    expect(answer.status).toBe(status)
    await expect.poll(() => refusals(before)).toHaveLength(1)
    await sleep(100)
    expect(refusals(before)).toMatchObject([{ method, path, status, level: 'warn' }])
    expect(stack.web.output().slice(before)).not.toContain('hush')
  })
})

const upgrade = (request: string) => request.replace('Connection: close\r\n', '')

it.each([10, 5000])('logs no error if the client of an upgrade is gone: a path of %i characters', async (length) => {
  const before = stack.web.output().length
  const { hostname, port } = new URL(stack.webUrl)
  const request = upgrade(
    rawRequest(`/${'a'.repeat(length)}`, { headers: ['Connection: Upgrade', 'Upgrade: websocket'] }),
  )
  for (let round = 0; round < 20; round += 1) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(request, () => socket.resetAndDestroy())
      })
      socket.on('close', () => resolve())
    })
  }
  await expect.poll(() => refusals(before)).toHaveLength(20)
  await sleep(200)
  expect(stack.web.output().slice(before)).not.toMatch(/"level":"error"/)
})
