import { RoutekeyError } from '../../errors.ts'
import { generateKey } from '../../key/generate-key.ts'
import { checkWholeNumber } from '../../check-whole-number.ts'
import type { KeyringContext } from '../keyring-context.ts'
import type { Limiter } from '../verify/limiter.ts'
import type { ChangeRequest, KeyChange, KeyUpdate } from '../model/key-store.ts'
import { checkGrantable } from '../model/scopes.ts'
import { type KeyInput, checkKeyInput, checkName, checkText } from './key-input.ts'
import type { Actor, GrantLimit, KeyManagement, TooManyKeys } from './key-management.ts'
import { bucketStart, fillUsage } from './usage-series.ts'

export interface ManagementDependencies extends KeyringContext {
  /** `Infinity` for any number. */
  readonly maximumKeys: number
  readonly limiter: Limiter | undefined
  readonly flush: () => Promise<void>
}

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

// 4 characters of base 62 tell a person's keys apart and leave more than 136 of the 160 random bits unknown.
const shownCharacters = 4

// Ten years: a grace beyond it is a mistake of units.
const maximumGraceSeconds = 315_360_000

const checkCount = (name: string, value: number) => checkWholeNumber('ERR_KEY_VALUE', name, value, 1000)

const checkOwner = (owner: string) => checkText('The owner', owner, 255)

function changeBy({ owner, actor = owner }: Actor, at: Date): Omit<ChangeRequest, 'id'> {
  if (actor !== undefined) checkText('The actor', actor, 255)
  return { at, actor: actor ?? null, owner }
}

export function createKeyManagement<Scope extends string>(
  dependencies: ManagementDependencies,
): KeyManagement<Scope, TooManyKeys> {
  const { store, prefix, maximumKeys, clock, hash, call, checkKnownScopes, limiter, cache, flush } = dependencies

  function check(values: KeyInput, grantable: GrantLimit['grantable'], now: Date) {
    const checked = checkKeyInput(values, now)
    const { scopes = [], limits = [] } = checked
    checkKnownScopes(scopes)
    if (grantable !== undefined) checkGrantable(scopes, grantable)
    const most = limiter === undefined ? 0 : (limiter.points ?? Infinity)
    if (limits.some(({ quota }) => quota > most) || (limits.length > 1 && limiter?.reward === undefined)) {
      throw new RoutekeyError(
        'ERR_CONFIG_KEYRING',
        'Limits need a limiter with points for every quota, and several limits need reward().',
      )
    }
    return checked
  }

  function newSecret() {
    const key = generateKey({ prefix })
    return { key, hash: hash(key), start: key.slice(0, prefix.length + 1 + shownCharacters) }
  }

  const callWithId = async <Result>(id: string, work: () => Promise<Result>): Promise<Result | null> =>
    uuid.test(id) ? call(work) : null

  async function evictAfter<Result>(write: Promise<Result>, value: string, by?: 'id' | 'owner'): Promise<Result> {
    try {
      return await write
    } finally {
      // After the write, so that a look-up that began earlier is void. After a failure too, because the write may have succeeded.
      cache?.evict(value, by)
    }
  }

  const changeTo =
    (action: KeyChange['action'], set: (at: Date) => KeyUpdate): KeyManagement['revoke'] =>
    async (id, by = {}) => {
      const at = clock()
      const request = { id, action, set: set(at), ...changeBy(by, at) }
      return evictAfter(
        callWithId(id, () => store.change(request)),
        id,
      )
    }

  return {
    async create({ owner, actor = owner, name, grantable, ...values }) {
      const at = clock()
      checkOwner(owner)
      checkName(name)
      const checked = check(values, grantable, at)
      const { key, ...stored } = newSecret()
      const record = await call(() =>
        store.create({
          id: crypto.randomUUID(),
          ...stored,
          scopes: [],
          limits: [],
          allowedIps: [],
          metadata: {},
          expiresAt: null,
          ...checked,
          name,
          maximumKeys,
          ...changeBy({ actor }, at),
          owner,
        }),
      )
      return record === null ? { ok: false, reason: 'too_many_keys', maximum: maximumKeys } : { ok: true, key, record }
    },
    async rotate(id, { graceSeconds, ...by }) {
      const at = clock()
      if (!(graceSeconds >= 0 && graceSeconds <= maximumGraceSeconds)) {
        throw new RoutekeyError('ERR_KEY_VALUE', `graceSeconds must be from 0 to ${maximumGraceSeconds}.`)
      }
      const graceEndsAt = new Date(at.getTime() + graceSeconds * 1000)
      const { key, ...stored } = newSecret()
      const request = { id, ...changeBy(by, at), ...stored, graceEndsAt }
      const record = await evictAfter(
        callWithId(id, () => store.rotate(request)),
        id,
      )
      return record && { key, record }
    },
    revoke: changeTo('revoked', (at) => ({ revokedAt: at })),
    disable: changeTo('disabled', (at) => ({ disabledAt: at })),
    enable: changeTo('enabled', () => ({ disabledAt: null })),
    endGrace: changeTo('updated', () => ({ graceEndsAt: null })),
    update: async (id, values, { grantable, ...by } = {}) =>
      changeTo('updated', (at) => check(values, grantable, at))(id, by),
    async revokeAll({ owner, ...by }) {
      checkOwner(owner)
      const request = { ...changeBy({ owner, ...by }, clock()), owner }
      return evictAfter(
        call(() => store.revokeAll(request)),
        owner,
        'owner',
      )
    },
    async deleteAll({ owner }) {
      checkOwner(owner)
      return evictAfter(
        call(() => store.deleteAll({ owner })),
        owner,
        'owner',
      )
    },
    get: async (id, { owner } = {}) => callWithId(id, () => store.get(id, owner)),
    async list({ owner, state, after, limit = 100 } = {}) {
      checkCount('limit', limit)
      if (after !== undefined && !uuid.test(after)) return []
      return call(() => store.list({ owner, state, at: clock(), after, limit }))
    },
    async usage(of, { unit, count }) {
      checkCount('count', count)
      if (of.id === undefined) checkOwner(of.owner)
      else if (!uuid.test(of.id)) return null
      await flush()
      const now = clock()
      const buckets = await call(() => store.readUsage({ ...of, unit, from: bucketStart(now, unit, count - 1) }))
      return buckets && fillUsage(buckets, now, unit, count)
    },
    async audit(id, { owner, after, limit = 100 } = {}) {
      checkCount('limit', limit)
      return callWithId(id, () => store.readAudit({ id, owner, after, limit }))
    },
    // With 90 days of hourly usage for each key, 200 keys took 1.2 s on PostgreSQL 18.
    prune: async () => call(() => store.prune({ at: clock(), limit: 200 })),
  }
}
