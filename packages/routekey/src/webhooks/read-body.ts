import { RoutekeyError } from '../errors.ts'

/**
 * Reads the bytes of a request's body, and leaves the body readable.
 *
 * @returns null if the body has more than `maxBytes`; it stops reading there
 * @throws `ERR_REQUEST_BODY` if the body has been read before
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (request.bodyUsed || request.body?.locked) {
    throw new RoutekeyError(
      'ERR_REQUEST_BODY',
      'The body was read before the verifier. Put the guard first, or read request.clone() before it.',
    )
  }
  if (Number(request.headers.get('content-length')) > maxBytes) return null
  const { body } = request.clone()
  if (body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  for (let part = await reader.read(); part.value !== undefined; part = await reader.read()) {
    size += part.value.length
    if (size > maxBytes) return null
    chunks.push(part.value)
  }
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
