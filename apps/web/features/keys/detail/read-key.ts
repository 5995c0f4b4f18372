import 'server-only'
import { cache } from 'react'
import { keyring } from '../keyring.ts'

/**
 * Reads a key of an owner, once a request. A key of someone else, an unknown one and what is no id are all null, and the first
 * two take the same one query.
 *
 * @returns the key, and when that was, for what is said relative to now
 * @throws RoutekeyError `ERR_STORE_UNAVAILABLE`
 */
export const readKey = cache(async (id: string, owner: string) => {
  const record = await keyring.get(id, { owner })
  return record && { record, now: new Date() }
})
