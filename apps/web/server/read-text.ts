import { readBytes } from './read-bytes.ts'

/**
 * Reads a request's body as UTF-8 text, up to a limit.
 *
 * @param maxBytes the largest body that is accepted
 * @returns null when the body is larger; what is left of it is not read
 */
export async function readText(request: Request, maxBytes: number): Promise<string | null> {
  const bytes = await readBytes(request, maxBytes)
  return bytes === null ? null : new TextDecoder().decode(bytes)
}
