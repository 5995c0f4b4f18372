import { constantTimeEqual, hmacSha256 } from '#crypto'
import { encodeBase64 } from './base64.ts'

/** The headers that a signature covers, besides the body. */
export interface SignedHead {
  readonly id: string
  /** Unix time in seconds, as digits. */
  readonly timestamp: string
}

const utf8 = new TextEncoder()

/** Returns the bytes of a body; text is encoded as UTF-8. */
export const toBytes = (body: string | Uint8Array) => (typeof body === 'string' ? utf8.encode(body) : body)

// Standard Webhooks, "Signature scheme": with a full stop in the id, one signature would match two messages.
const idPattern = /^[\x21-\x2d\x2f-\x7e]{1,256}$/

/** Whether text is a valid id of a message. */
export const isMessageId = (text: string) => idPattern.test(text)

/** Signs `id.timestamp.body` with HMAC-SHA-256. Returns it in the format of the header: `v1,` and base64. */
export function computeSignature(key: Uint8Array, { id, timestamp }: SignedHead, body: Uint8Array): string {
  const head = utf8.encode(`${id}.${timestamp}.`)
  const content = new Uint8Array(head.length + body.length)
  content.set(head)
  content.set(body, head.length)
  return `v1,${encodeBase64(hmacSha256(key, content))}`
}

/**
 * Whether one of the presented signatures is the expected one. It compares the text, so that another base64 spelling of the same
 * bytes does not pass. It ignores unknown versions.
 */
export function includesSignature(presented: string, expected: string): boolean {
  const expectedBytes = utf8.encode(expected)
  return presented.split(' ').some((signature) => constantTimeEqual(utf8.encode(signature), expectedBytes))
}
