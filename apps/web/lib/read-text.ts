/**
 * Reads a request's body as UTF-8 text, up to a limit.
 *
 * @param maxBytes the largest body that is accepted, in bytes
 * @returns null when the body is larger; what is left of it is not read
 */
export async function readText(request: Request, maxBytes: number): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return null
  if (request.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  // Counted as well as announced, because a chunked body announces nothing.
  for await (const chunk of request.body) {
    length += chunk.byteLength
    if (length > maxBytes) return null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
