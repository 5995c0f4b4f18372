import { RoutekeyError } from '../../errors.ts'
import { generateKey } from '../../key/generate-key.ts'
import type { AuditEntry, KeyRecord, UsageBucket } from '../model/key-record.ts'
import type { KeyChange, KeyUpdate, KeyStore, ChangeRequest } from '../model/key-store.ts'
import { type KeyInput, checkKeyInput, requireText } from './key-input.ts'
import type { Limiter } from '../verify/limiter.ts'
import { type GrantedScope, requireGrantable } from '../model/scopes.ts'
import { bucketStart, fillUsage } from './usage-series.ts'

/** On whose behalf a key is read. */
export interface OwnerFilter {
  /** When given, a key of another owner counts as unknown: pass it wherever the id comes from a user. */
  readonly owner?: string
}

/** On whose behalf and by whom a key is changed. */
export interface Actor extends OwnerFilter {
  /** Who does it, for the audit trail. Default: the owner, if given. */
  readonly actor?: string
}

/** What the creator of a key may give. */
export interface GrantLimit {
  /** The key may get scopes that these cover, and no other. Default: any scope. */
  readonly grantable?: readonly string[]
}

/** A new key. */
export interface CreateKeyOptions<Scope extends string = string> extends KeyInput<GrantedScope<Scope>>, GrantLimit {
  /** The user or organisation whose key it is. */
  readonly owner: string
  readonly name: string
  readonly actor?: string
}

/** A key in clear, which exists here and nowhere else, and what is stored of it. */
export interface CreatedKey {
  readonly key: string
  readonly record: KeyRecord
}

/** The part of a keyring that changes and shows keys. Whatever of it takes an id gives null for an unknown one. */
export interface KeyManagement<Scope extends string = string> {
  /** @throws `ERR_KEY_VALUE`, `ERR_KEY_SCOPE`, `ERR_KEY_GRANT`, `ERR_STORE_UNAVAILABLE` */
  create(options: CreateKeyOptions<Scope>): Promise<CreatedKey>
  /**
   * Replaces a key by another of the same id, rights, limits and expiry. The old one passes for the grace, or not at all with 0, and
   * never longer than it would have. Gives null for a revoked or expired key, too.
   */
  rotate(id: string, options: Actor & { readonly graceSeconds: number }): Promise<CreatedKey | null>
  /** Ends a key for good. */
  revoke(id: string, by?: Actor): Promise<KeyRecord | null>
  /** Ends a key until it is enabled. Gives null for a revoked one, too. */
  disable(id: string, by?: Actor): Promise<KeyRecord | null>
  enable(id: string, by?: Actor): Promise<KeyRecord | null>
  /** Changes what is given and leaves the rest. Gives null for a revoked key, too. */
  update(id: string, values: KeyInput<GrantedScope<Scope>>, by?: Actor & GrantLimit): Promise<KeyRecord | null>
  get(id: string, by?: OwnerFilter): Promise<KeyRecord | null>
  /** The newest first, at most `limit` (default 100, up to 1000); the next page follows `after`, an id. */
  list(query?: OwnerFilter & { readonly after?: string; readonly limit?: number }): Promise<readonly KeyRecord[]>
  /** One bucket for each of the last `count` hours or days, UTC, the present one last. */
  usage(
    id: string,
    query: OwnerFilter & { readonly unit: 'hour' | 'day'; readonly count: number },
  ): Promise<readonly UsageBucket[] | null>
  /** The newest first, at most `limit` (default 100, up to 1000). */
  audit(id: string, query?: OwnerFilter & { readonly limit?: number }): Promise<readonly AuditEntry[] | null>
}

/** What {@link createKeyManagement} needs. */
export interface ManagementDependencies {
  readonly store: KeyStore
  readonly prefix: string
  readonly clock: () => Date
  readonly hash: (key: string) => string
  readonly call: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly requireKnownScopes: (scopes: readonly string[]) => void
  readonly limiter: Limiter | undefined
  readonly evict: (id: string) => void
  readonly flush: () => Promise<void>
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

// 4 characters of base 62 tell a person's keys apart and leave more than 136 of the 160 random bits unknown.
const shownCharacters = 4

// Ten years: a grace beyond it is a mistake of units.
const maximumGraceSeconds = 315_360_000

const bounded = (what: string, value: number, maximum: number): number => {
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value
  throw new RoutekeyError('ERR_KEY_VALUE', `${what} must be a whole number from 1 to ${maximum}.`)
}

function target(id: string, { owner, actor = owner }: Actor, at: Date): ChangeRequest {
  if (actor !== undefined) requireText('The actor', actor, 255)
  return { id, at, actor: actor ?? null, ...(owner !== undefined && { owner }) }
}

/** Creates the part of a keyring that changes and shows keys. */
export function createKeyManagement<Scope extends string>(dependencies: ManagementDependencies): KeyManagement<Scope> {
  const { store, prefix, clock, hash, call, requireKnownScopes, limiter, evict, flush } = dependencies

  function check(values: KeyInput, grantable: GrantLimit['grantable'], now: Date) {
    const checked = checkKeyInput(values, now)
    if (checked.scopes !== undefined) {
      requireKnownScopes(checked.scopes)
      if (grantable !== undefined) requireGrantable(checked.scopes, grantable)
    }
    const { limits = [] } = checked
    const isCountable = limits.every(({ quota }) => limiter !== undefined && quota <= (limiter.points ?? quota))
    if (!isCountable || (limits.length > 1 && limiter?.reward === undefined)) {
      throw new RoutekeyError(
        'ERR_CONFIG_KEYRING',
        'Limits need a limiter whose points reach every quota; several limits also need its reward().',
      )
    }
    return checked
  }

  function newSecret() {
    const key = generateKey({ prefix })
    return { key, hash: hash(key), start: key.slice(0, prefix.length + 1 + shownCharacters) }
  }

  async function alter<Result>(id: string, work: () => Promise<Result>): Promise<Result | null> {
    if (!uuid.test(id)) return null
    try {
      return await call(work)
    } finally {
      // After the write, not before: a look-up that began earlier is then void. After a failure too, for the write may have been made.
      evict(id)
    }
  }

  const changeTo =
    (action: KeyChange['action'], set: (at: Date) => KeyUpdate): KeyManagement['revoke'] =>
    async (id, by = {}) => {
      const at = clock()
      const properties = set(at)
      return alter(id, () => store.change({ ...target(id, by, at), action, set: properties }))
    }

  const get: KeyManagement['get'] = async (id, { owner } = {}) =>
    uuid.test(id) ? call(() => store.get(id, owner)) : null

  return {
    get,
    async create({ owner, actor = owner, grantable, ...values }) {
      const at = clock()
      requireText('The owner', owner, 255)
      requireText('The name of a key', values.name, 100)
      const { name = values.name, ...checked } = check(values, grantable, at)
      const { key, ...stored } = newSecret()
      const record = await call(() =>
        store.create({
          ...target(crypto.randomUUID(), { actor }, at),
          ...stored,
          scopes: [],
          limits: [],
          allowedIps: [],
          metadata: {},
          expiresAt: null,
          ...checked,
          name,
          owner,
        }),
      )
      return { key, record }
    },
    async rotate(id, { graceSeconds, ...by }) {
      const at = clock()
      if (!(graceSeconds >= 0 && graceSeconds <= maximumGraceSeconds)) {
        throw new RoutekeyError('ERR_KEY_VALUE', `graceSeconds must be from 0 to ${maximumGraceSeconds}.`)
      }
      const graceEndsAt = new Date(at.getTime() + graceSeconds * 1000)
      const { key, ...stored } = newSecret()
      const record = await alter(id, () => store.rotate({ ...target(id, by, at), ...stored, graceEndsAt }))
      return record === null ? null : { key, record }
    },
    revoke: changeTo('revoked', (at) => ({ revokedAt: at })),
    disable: changeTo('disabled', (at) => ({ disabledAt: at })),
    enable: changeTo('enabled', () => ({ disabledAt: null })),
    async update(id, values, { grantable, ...by } = {}) {
      return changeTo('updated', (at) => check(values, grantable, at))(id, by)
    },
    async list({ owner, after, limit = 100 } = {}) {
      const page = { limit: bounded('limit', limit, 1000), ...(owner !== undefined && { owner }) }
      if (after === undefined) return call(() => store.list(page))
      return uuid.test(after) ? call(() => store.list({ ...page, after })) : []
    },
    async usage(id, { unit, count, ...by }) {
      bounded('count', count, 1000)
      if ((await get(id, by)) === null) return null
      await flush()
      const now = clock()
      const buckets = await call(() => store.readUsage({ id, unit, from: bucketStart(now, unit, count - 1) }))
      return fillUsage(buckets, { unit, count, now })
    },
    async audit(id, { limit = 100, ...by } = {}) {
      bounded('limit', limit, 1000)
      return (await get(id, by)) === null ? null : call(() => store.readAudit({ id, limit }))
    },
  }
}
