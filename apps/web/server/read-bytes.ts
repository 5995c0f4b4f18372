/**
 * Reads a request's body as it came, up to a limit.
 *
 * @param maxBytes the largest body that is accepted
 * @returns null when the body is larger; what is left of it is not read
 */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return null
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  // Counted as well as announced, because a chunked body announces nothing.
  for await (const chunk of request.body) {
    length += chunk.byteLength
    if (length > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
