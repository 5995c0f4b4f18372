import { describe, expect, it } from 'vitest'
import { readBody } from './read-body.ts'

const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

async function readText(request: Request, maxBytes: number): Promise<string | null> {
  const bytes = await readBody(request, maxBytes)
  return bytes === null ? null : new TextDecoder().decode(bytes)
}

function streamOf(...chunks: Uint8Array[]): { body: ReadableStream<Uint8Array>; wasCancelled: () => boolean } {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
    cancel() {
      cancelled = true
    },
  })
  return { body, wasCancelled: () => cancelled }
}

describe('readBody', () => {
  it('reads a body of exactly the limit', async () => {
    expect(await readText(post('12345'), 5)).toBe('12345')
  })

  it('counts bytes, not characters', async () => {
    expect(await readText(post('ééé'), 5)).toBeNull()
  })

  it('reads a missing body as empty', async () => {
    expect(await readText(post(null), 5)).toBe('')
  })

  it('joins a character that is split over two chunks', async () => {
    const [first, second] = new TextEncoder().encode('é')
    const { body } = streamOf(Uint8Array.of(first!), Uint8Array.of(second!))
    expect(await readText(post(body), 5)).toBe('é')
  })

  it('refuses a body whose announced length is over the limit', async () => {
    expect(await readText(post('1', { 'content-length': '6' }), 5)).toBeNull()
  })

  it('stops reading a body without an announced length once it is over the limit', async () => {
    const chunk = new Uint8Array(4)
    const { body, wasCancelled } = streamOf(chunk, chunk, chunk, chunk)
    expect(await readText(post(body), 5)).toBeNull()
    expect(wasCancelled()).toBe(true)
  })
})
