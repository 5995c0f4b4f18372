import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Hashes text as UTF-8 with SHA-256, for runtimes without `node:crypto`. */
export function sha256(text: string): Uint8Array {
  return nobleSha256(utf8ToBytes(text))
}

const toBytes = (text: string | Uint8Array) => (typeof text === 'string' ? utf8ToBytes(text) : text)

/** Hashes text with SHA-256 to lower-case hex. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(text))
}

/** Computes HMAC-SHA-256 of a message. Text is encoded as UTF-8. */
export function hmacSha256(key: string | Uint8Array, message: string | Uint8Array): Uint8Array {
  return hmac(nobleSha256, toBytes(key), toBytes(message))
}

/** Computes HMAC-SHA-256 of text to lower-case hex. */
export function hmacSha256Hex(key: string, message: string): string {
  return bytesToHex(hmacSha256(key, message))
}

/** Compares bytes in a time that depends only on their length. Returns false for unequal lengths. */
export function constantTimeEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.byteLength !== right.byteLength) return false
  let difference = 0
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0)
  return difference === 0
}

export { crc32 } from './crc32.ts'
