/**
 * Reads the raw body of a request, up to a limit.
 *
 * @param maxBytes the largest body that is accepted
 * @returns null if the body is larger; the rest is not read
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return null
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  // Counted as well, because a chunked body announces no length.
  for await (const chunk of request.body) {
    length += chunk.byteLength
    if (length > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
