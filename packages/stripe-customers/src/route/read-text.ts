/** The largest body that is read, in bytes. A notification is well under a kilobyte, and a database webhook contains a row twice. */
export const maxBodyBytes = 64 * 1024

/** Returns whether a body is announced as too large. `contentLength`: the header, if there is one. */
export function isTooLarge(contentLength: string | null | undefined): boolean {
  return Number(contentLength ?? 0) > maxBodyBytes
}

/**
 * Reads the text of a body.
 *
 * @param contentLength the header, if there is one
 * @returns null if the body is too large; its rest is not read then
 */
export async function readText(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
  contentLength: string | null | undefined,
): Promise<string | null> {
  if (isTooLarge(contentLength)) return null
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  // Counted as well, because a chunked body announces no length.
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    length += bytes.byteLength
    if (length > maxBodyBytes) return null
    text += decoder.decode(bytes, { stream: true })
  }
  return text + decoder.decode()
}
