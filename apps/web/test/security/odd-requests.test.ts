import { afterAll, beforeAll, expect, it } from 'vitest'
import { countAttacks } from '@routekey/tools/count-attacks'
import { createRequestGenerator } from '#test/support/generate-request.ts'
import { rawRequest, sendRaw } from '#test/support/send-raw.ts'
import { type Stack, startStack } from '#test/support/stack.ts'

/** `FUZZ_REQUESTS=10000` tries longer, `FUZZ_SEED` other requests. */
const total = Number(process.env['FUZZ_REQUESTS'] ?? 3000)
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

let stack: Stack
let logStart: number
beforeAll(async () => {
  stack = await startStack()
  logStart = stack.web.output().length
})
afterAll(async () => {
  await stack?.stop()
})

/** Lines since the server has started, without its banner. */
const logLines = () =>
  stack.web
    .output()
    .slice(logStart)
    .split('\n')
    .filter((line) => line !== '')

it('answers every odd request, and logs lines of JSON alone, one for each refusal', async (context) => {
  countAttacks(context, total)
  const generate = await createRequestGenerator(stack, seed)
  const wrong: string[] = []
  const refused = new Map<number, number>()
  let left = total
  const work = async () => {
    for (; left > 0; left -= 1) {
      const request = generate()
      const { status, head } = await sendRaw(stack.webUrl, request)
      if (isRefusal(status, head)) refused.set(status, (refused.get(status) ?? 0) + 1)
      if (status === 0 || status >= 500 || holdsSecret(head))
        wrong.push(`${status} for ${JSON.stringify(request.replaceAll(/a{99,}/g, 'a…'))}`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  expect(wrong).toEqual([])
  for (const line of logLines()) expect(() => void JSON.parse(line), line).not.toThrow()
  expect(refused.size).toBeGreaterThan(3)
  await expect.poll(countLoggedRefusals).toEqual(Object.fromEntries(refused))
})

const refusals = new Set([400, 401, 403, 405, 413, 414, 429, 431])

/**
 * Whether the application refused a request. Node refuses malformed HTTP, with a header of two lines; Next.js does not know an action,
 * and says so.
 */
const isRefusal = (status: number, head: string) =>
  refusals.has(status) && head.split('\r\n').length > 2 && !/^x-nextjs-action-not-found:/im.test(head)

/** How many refusals the log has, by status. */
function countLoggedRefusals(): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const line of logLines()) {
    const { event, status = 400 }: { event?: string; status?: number } = JSON.parse(line)
    if ((event === 'request.refused' || event === 'stripe_event.refused') && refusals.has(status)) {
      counts[status] = (counts[status] ?? 0) + 1
    }
  }
  return counts
}

const holdsSecret = (head: string) => /^location:.*secret-of-the-caller/im.test(head)

it.each([
  ['GET', '/login?error=constructor'],
  ['GET', '/login?error=__proto__&error=toString'],
  ['GET', '/keys/%ff'],
  ['GET', '/keys/%00'],
  ['GET', '/keys/%E2%80%AE'],
  ['TRACE', '/'],
  ['OPTIONS', '*'],
  ['PROPFIND', '/api/v1/whoami'],
  ['GET', '/_next/image?url=http://a%0A%7B%22level%22:%22info%22%7D&w=64&q=75'],
  ['GET', '/_next/data/build/login.json'],
])('answers %s %s without an error of the server', async (method, target) => {
  const { status } = await sendRaw(stack.webUrl, rawRequest(target, { method }))
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
})

it.each(['X-Forwarded-Host: [', 'X-Forwarded-Host: a b', 'Host: [', 'Host: a@b', 'X-Forwarded-Proto: javascript'])(
  'answers a sign-in with %s',
  async (header) => {
    const { status } = await sendRaw(stack.webUrl, rawRequest('/auth/github', { headers: [header] }))
    expect(status).toBeLessThan(500)
    expect(status).not.toBe(0)
  },
)
