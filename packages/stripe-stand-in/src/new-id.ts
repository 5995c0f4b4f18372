import { randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The number of random characters that Stripe uses, by prefix. */
const lengths = { cus: 14, evt: 24, in: 24, pm: 24, req: 14, sub: 24 } as const

/**
 * Creates an id in Stripe's format, for example `cus_NffrFeUfNV2Hib`.
 *
 * It only has to be unique, so the small bias of the remainder does not matter.
 */
export function newId(kind: keyof typeof lengths): string {
  let id = `${kind}_`
  for (const byte of randomBytes(lengths[kind])) id += alphabet.charAt(byte % alphabet.length)
  return id
}
