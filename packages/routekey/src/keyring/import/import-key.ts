import { RoutekeyError } from '../../errors.ts'
import { type KeyInput, checkKeyInput, checkName, checkText } from '../manage/key-input.ts'
import type { KeyRecord } from '../model/key-record.ts'
import type { KeyStore } from '../model/key-store.ts'
import { parseHash } from './parse-hash.ts'

/** A key that another system created, and that its holder keeps. */
export interface ImportedKey extends KeyInput {
  /** The user or organisation that the key belongs to. */
  readonly owner: string
  readonly name: string
  /** Of the whole key, prefix included: 32 bytes in hex, base64 or base64url. */
  readonly hash: string
  /** How the hash was computed. `hmac-sha256` is the hash of a keyring with the same pepper. */
  readonly algorithm: 'sha256' | 'hmac-sha256'
  /** The first characters of the key, so that its owner recognises it; at most 32. Default none. */
  readonly start?: string
  /** Default: now. */
  readonly createdAt?: Date
  /** Appears in the audit trail. Default: the owner. */
  readonly actor?: string
}

/**
 * Stores a key of another system by its hash, so that its holder keeps it. A keyring accepts it if `foreignKeys` recognises it, or
 * `previousPrefixes` has its prefix. `maximumKeysPerOwner` does not apply. A second call with the same hash changes nothing, so a
 * script that was interrupted can run again.
 *
 * @returns The stored key.
 * @throws `ERR_KEY_VALUE` also for another algorithm, and for a hash that belongs to a key of another owner; `ERR_KEY_SCOPE`,
 *   `ERR_KEY_OWNER`, and the errors of the store
 * @example
 * import { importKey } from 'routekey/import-key'
 *
 * await importKey(store, { owner: row.user_id, name: row.name, hash: row.key_hash, algorithm: 'sha256' })
 */
export async function importKey(store: KeyStore, key: ImportedKey): Promise<KeyRecord> {
  const { owner, name, algorithm, start = '', actor = owner } = key
  const hash = parseHash(key.hash, algorithm)
  checkText('The owner', owner, 255)
  checkText('The actor', actor, 255)
  checkName(name)
  if (start !== '') checkText('The start of the key', start, 32)
  const now = (await store.now?.()) ?? new Date()
  const { createdAt: at = now } = key
  if (!(at <= now)) throw new RoutekeyError('ERR_KEY_VALUE', 'createdAt must not be in the future.')
  const checked = checkKeyInput(key, now)

  const existing = await store.findByHash(hash)
  if (existing !== null) return checkOwner(existing.record, owner)
  const record = await store.create({
    id: crypto.randomUUID(),
    hash,
    start,
    scopes: [],
    limits: [],
    allowedIps: [],
    metadata: {},
    expiresAt: null,
    ...checked,
    name,
    owner,
    actor,
    at,
    maximumKeys: Infinity,
  })
  if (record === null) throw new RoutekeyError('ERR_STORE_INVALID_RESPONSE', 'The store did not create the key.')
  return record
}

function checkOwner(record: KeyRecord, owner: string): KeyRecord {
  if (record.owner === owner) return record
  throw new RoutekeyError('ERR_KEY_VALUE', `The hash belongs to the key ${record.id} of another owner.`)
}
