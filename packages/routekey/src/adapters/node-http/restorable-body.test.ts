import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'

import { describe, expect, it, vi } from 'vitest'

import { MockResponse } from '../../../test/integration/adapters/mock-exchange.ts'
import type { Verifier } from '../../index.ts'
import { type NodeRequestLike, withKey } from '../node/index.ts'

const fields = { method: 'POST', url: '/', headers: { host: 'a' } }
const content = 'hello'

/** Accepts every request, and says what its body is. */
const reading: Verifier<string> = {
  verify: async ({ request }) => ({ ok: true, caller: await request.clone().text() }),
}

/** Reads a body as old parsers do. */
const collect = async (stream: Readable) =>
  new Promise<string>((resolve, reject) => {
    let body = ''
    stream.on('data', (chunk) => (body += String(chunk)))
    stream.on('end', () => resolve(body))
    stream.on('error', reject)
  })

async function exchange(request: NodeRequestLike, read = text as (stream: Readable) => Promise<string>) {
  const logger = { error: vi.fn<(message: string) => void>() }
  const response = new MockResponse()
  const handler = withKey(
    reading,
    async (incoming: NodeRequestLike, outgoing: MockResponse, { caller }) => {
      outgoing.end(`${caller}|${incoming instanceof Readable ? await read(incoming) : ''}`)
    },
    { logger },
  )
  await handler(request, response)
  return { ...(await response.ended), log: logger.error.mock.calls.flat().join('\n') }
}

/** A request of a serverless adapter: complete from the start, and without a connection. */
class ServerlessRequest extends IncomingMessage {
  override complete = true
  #body: string | null
  constructor(body: string | null) {
    super(Object.assign(new Socket(), { encrypted: true }))
    Object.assign(this, fields)
    this.#body = body
  }
  override _read() {
    this.push(this.#body)
    if (this.#body !== null) this.push(null)
    this.#body = null
  }
}

const lazily = (chunks: readonly (string | null)[], wait: () => Promise<unknown>) => {
  const stream = new Readable({ read: () => undefined })
  void (async () => {
    for (const chunk of chunks) {
      await wait()
      stream.push(chunk)
    }
  })()
  return stream
}

describe.each([
  ['text()', text as (stream: Readable) => Promise<string>],
  ["'data' and 'end'", collect],
])('a body that the handler reads with %s', (_name, read) => {
  it.each<[string, () => Readable, string]>([
    ['a list of buffers', () => Readable.from([Buffer.from('hel'), Buffer.from('lo')]), content],
    ['a list of text', () => Readable.from(['hel', 'lo']), content],
    ['one text', () => Readable.from(content), content],
    ['an empty list', () => Readable.from([]), ''],
    [
      'a stream that pushes at once',
      () =>
        new Readable({
          read() {
            this.push(content)
            this.push(null)
          },
        }),
      content,
    ],
    [
      'an empty stream that ends at once',
      () =>
        new Readable({
          read() {
            this.push(null)
          },
        }),
      '',
    ],
    ['a stream that pushes in later turns', () => lazily(['hel', 'lo', null], nextTurn), content],
    ['a stream that pushes in microtasks', () => lazily(['hel', 'lo', null], async () => Promise.resolve()), content],
    [
      'a stream that pushes in ticks',
      () => lazily(['hel', 'lo', null], async () => new Promise((resolve) => process.nextTick(resolve))),
      content,
    ],
    ['an empty stream that ends later', () => lazily([null], nextTurn), ''],
    ['a stream that has ended', () => lazily([content, null], async () => undefined), content],
    ['a serverless request', () => new ServerlessRequest(content), content],
    ['an empty serverless request', () => new ServerlessRequest(null), ''],
    ['a request on no connection', () => Object.assign(new IncomingMessage(new Socket()), fields), ''],
  ])('is complete for it and for the verifier: %s', async (_case, make, body) => {
    // The last one never ends, so its handler cannot wait for the end.
    const isEndless = _case === 'a request on no connection'
    const result = await exchange(Object.assign(make(), fields), isEndless ? async () => '' : read)
    expect([result.status, result.body]).toEqual([200, `${body}|${body}`])
  })
})

describe('a body that was read before', () => {
  const consumed = async (extra: object) => {
    const stream = Readable.from([Buffer.from(content)])
    await text(stream)
    return Object.assign(stream, fields, extra)
  }

  it.each<[string, object]>([
    ['bytes in rawBody', { rawBody: Buffer.from(content), body: { parsed: true } }],
    ['text in rawBody', { rawBody: content, body: { parsed: true } }],
    ['bytes in body', { body: Buffer.from(content) }],
    ['text in body', { body: content }],
  ])('is taken from %s', async (_case, extra) => {
    expect(await exchange(await consumed(extra))).toMatchObject({ status: 200, body: `${content}|` })
    expect(await exchange({ ...fields, ...extra })).toMatchObject({ status: 200, body: `${content}|` })
  })

  it('makes the request fail, and the log says what to change, if nothing has the bytes', async () => {
    const requests = [
      await consumed({ body: { parsed: true } }),
      await consumed({}),
      { ...fields, body: { parsed: true } },
    ]
    for (const request of requests) {
      const { status, log } = await exchange(request)
      expect(status).toBe(500)
      expect(log).toMatch(/ERR_REQUEST_BODY/)
      expect(log).toMatch(/rawBody.*onRequest.*bodyParser: false/)
    }
  })

  it('is empty for an object without a body', async () => {
    expect(await exchange(fields)).toMatchObject({ status: 200, body: '|' })
    expect(await exchange({ ...fields, body: null })).toMatchObject({ status: 200, body: '|' })
  })
})

describe('a body that fails', () => {
  it.each<[string, () => Readable]>([
    ['cannot be read', () => new Readable()],
    ['is destroyed before', () => new Readable({ read: () => undefined }).destroy()],
    [
      'is destroyed meanwhile',
      () =>
        new Readable({
          read() {
            setImmediate(() => this.destroy())
          },
        }),
    ],
    [
      'breaks meanwhile',
      () =>
        new Readable({
          read() {
            setImmediate(() => this.destroy(new Error('broken')))
          },
        }),
    ],
  ])('gives a 500 if the stream %s', async (_case, make) => {
    const stream = Object.assign(make(), fields)
    stream.on('error', () => undefined)
    expect((await exchange(stream)).status).toBe(500)
  })
})
