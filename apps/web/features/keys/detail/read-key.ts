import 'server-only'
import { cache } from 'react'
import { keyring } from '../keyring.ts'

/**
 * Reads a key of an owner, once per request. Returns null for the key of another owner, an unknown id and an invalid id. The first
 * two take the same single query.
 *
 * @returns the key, and the time of the read, for texts relative to now
 * @throws `ERR_STORE_UNAVAILABLE`
 */
export const readKey = cache(async (id: string, owner: string) => {
  const record = await keyring.get(id, { owner })
  return record && { record, now: new Date() }
})
