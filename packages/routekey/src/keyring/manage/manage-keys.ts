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

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

// After the underscore, 4 characters of base 62 tell a person's keys apart and leave more than 136 of the 160 random bits unknown.
const shownCharacters = 5

// Ten years: a grace beyond it is a mistake of units.
const maximumGraceSeconds = 315_360_000

const checkCount = (name: string, value: number) => checkWholeNumber('ERR_KEY_VALUE', name, value, 1000)

const checkOwner = (owner: string) => checkText('The owner', owner, 255)

function changeBy({ owner, actor = owner }: Actor, at: Date): Omit<ChangeRequest, 'id'> {
  if (actor !== undefined) checkText('The actor', actor, 255)
  return { at, actor: actor ?? null, owner }
}

/**
 * Creates the methods that manage keys.
 *
 * @param maximumKeys of an owner; `Infinity` for any number
 */
export function createKeyManagement<Scope extends string>(
  { store, prefix, clock, now, hash, call, cache }: KeyringContext,
  checkKnownScopes: (scopes: readonly string[]) => void,
  maximumKeys: number,
  limiter: Limiter | undefined,
  flush: () => Promise<void>,
): KeyManagement<Scope, TooManyKeys> {
  function check(values: KeyInput, grantable: GrantLimit['grantable'], at: Date) {
    const checked = checkKeyInput(values, at)
    const { scopes = [], limits = [] } = checked
    checkKnownScopes(scopes)
    if (grantable !== undefined) checkGrantable(scopes, grantable)
    const most = limiter ? (limiter.points ?? Infinity) : 0
    if (limits.some(({ quota }) => quota > most) || (limits.length > 1 && !limiter?.reward)) {
      throw new RoutekeyError(
        'ERR_CONFIG_KEYRING',
        'Limits need a limiter with points for every quota, and several need reward().',
      )
    }
    return checked
  }

  function newSecret() {
    const key = generateKey({ prefix })
    return { key, hash: hash(key), start: key.slice(0, prefix.length + shownCharacters) }
  }

  async function write<Result>(work: () => Promise<Result>, value: string, by?: 'id' | 'owner'): Promise<Result> {
    try {
      return await call(work, true)
    } finally {
      // After the write, so that a look-up that began earlier is void. After a failure too, because the write may have succeeded.
      cache?.evict(value, by)
    }
  }

  const changeTo =
    (action: KeyChange['action'], set: (at: Date) => KeyUpdate): KeyManagement['revoke'] =>
    async (id, by = {}) => {
      if (!uuid.test(id)) return null
      const at = await now()
      const request = { id, action, set: set(at), ...changeBy(by, at) }
      return write(() => store.change(request), id)
    }

  return {
    async create({ owner, actor = owner, name, grantable, ...values }) {
      checkOwner(owner)
      checkName(name)
      const at = await now()
      const checked = check(values, grantable, at)
      const { key, ...stored } = newSecret()
      const record = await call(
        () =>
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
        true,
      )
      return record === null ? { ok: false, reason: 'too_many_keys', maximum: maximumKeys } : { ok: true, key, record }
    },
    async rotate(id, { graceSeconds, ...by }) {
      if (!uuid.test(id)) return null
      checkWholeNumber('ERR_KEY_VALUE', 'graceSeconds', graceSeconds, maximumGraceSeconds, 0)
      const at = await now()
      const graceEndsAt = new Date(at.getTime() + graceSeconds * 1000)
      const { key, ...stored } = newSecret()
      const request = { id, ...changeBy(by, at), ...stored, graceEndsAt }
      const record = await write(() => store.rotate(request), id)
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
      const request = { ...changeBy({ owner, ...by }, await now()), owner }
      return write(() => store.revokeAll(request), owner, 'owner')
    },
    async deleteAll({ owner }) {
      checkOwner(owner)
      return write(() => store.deleteAll({ owner }), owner, 'owner')
    },
    get: async (id, { owner } = {}) => (uuid.test(id) ? call(() => store.get(id, owner)) : null),
    async list({ owner, state, after, limit = 100 } = {}) {
      checkCount('limit', limit)
      if (after !== undefined && !uuid.test(after)) return []
      return call(() => store.list({ owner, state, at: store.now ? undefined : clock(), after, limit }))
    },
    async usage(of, { unit, count }) {
      checkCount('count', count)
      if (of.id === undefined) checkOwner(of.owner)
      else if (!uuid.test(of.id)) return null
      await flush()
      const at = await now()
      const buckets = await call(() => store.readUsage({ ...of, unit, from: bucketStart(at, unit, count - 1) }))
      return buckets && fillUsage(buckets, at, unit, count)
    },
    async audit(id, { owner, after, limit = 100 } = {}) {
      checkCount('limit', limit)
      return uuid.test(id) ? call(() => store.readAudit({ id, owner, after, limit })) : null
    },
    // With 90 days of hourly usage for each key, 200 keys took 1.2 s on PostgreSQL 18.
    async prune() {
      const at = await now()
      return call(() => store.prune({ at, limit: 200 }), true)
    },
  }
}
