import { randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The kinds of object that carry an id, each with the number of characters that Stripe gives it. */
const lengths = { cus: 14, evt: 24, req: 14, si: 14, sub: 24 } as const

/**
 * Creates an id in Stripe's form, for example `cus_NffrFeUfNV2Hib`.
 *
 * It only has to be unique, so the slight bias of the remainder does not matter.
 */
export function newId(kind: keyof typeof lengths): string {
  let id = `${kind}_`
  for (const byte of randomBytes(lengths[kind])) id += alphabet.charAt(byte % alphabet.length)
  return id
}
