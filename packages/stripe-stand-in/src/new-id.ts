import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The kinds of object that carry an id, each with the number of characters that Stripe gives it. */
const LENGTHS = { cus: 14, evt: 24, req: 14, si: 14, sub: 24 } as const

/**
 * Creates an id in Stripe's form, for example `cus_NffrFeUfNV2Hib`.
 *
 * It only has to be unique, so the slight bias of the remainder does not matter.
 */
export function newId(kind: keyof typeof LENGTHS): string {
  let id = `${kind}_`
  for (const byte of randomBytes(LENGTHS[kind])) id += ALPHABET.charAt(byte % ALPHABET.length)
  return id
}
