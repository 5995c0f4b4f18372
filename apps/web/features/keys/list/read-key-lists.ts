import 'server-only'
import type { KeyRecord } from 'routekey'
import { keyring } from '../keyring.ts'

const pageSize = 50

/** The keys of an owner, newest first. */
export interface KeyLists {
  /** Neither revoked nor expired. */
  readonly usable: readonly KeyRecord[]
  /** A page of the others; empty if it was not asked for. */
  readonly ended: readonly KeyRecord[]
  /** The key that the next page of `ended` follows; undefined on the last page. */
  readonly last: KeyRecord | undefined
  /** The time of the lists, for text such as "3 hours ago". */
  readonly now: Date
}

/**
 * Reads the keys of an owner.
 *
 * @param options.ended reads a page of ended keys, too: the first, or the one after the key with that id
 * @throws RoutekeyError `ERR_STORE_UNAVAILABLE`
 */
export async function readKeyLists(
  owner: string,
  options: { ended?: 'first' | { after: string } } = {},
): Promise<KeyLists> {
  const now = new Date()
  const page = options.ended === 'first' ? {} : options.ended
  const [usable, ended] = await Promise.all([
    // The command line can create more keys than the maximum.
    keyring.list({ owner, state: 'usable', limit: 1000 }),
    // One more than a page tells whether there is another.
    page === undefined ? [] : keyring.list({ owner, state: 'ended', limit: pageSize + 1, ...page }),
  ])
  const shown = ended.slice(0, pageSize)
  return { usable, ended: shown, last: ended.length > pageSize ? shown.at(-1) : undefined, now }
}
