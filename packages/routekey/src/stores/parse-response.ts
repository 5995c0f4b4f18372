import { RoutekeyError } from '../errors.ts'
import type {
  AuditAction,
  AuditEntry,
  JsonValue,
  KeyLimit,
  KeyRecord,
  UsageBucket,
} from '../keyring/model/key-record.ts'
import type { FoundKey, PruneReport } from '../keyring/model/key-store.ts'

// Responses are parsed strictly: a missing `revokedAt`, for example, would make a revoked key valid.

const fail = (what: string): never => {
  throw new RoutekeyError(
    'ERR_STORE_INVALID_RESPONSE',
    `The store returned an invalid "${what}" field. Apply the SQL that this version of routekey ships.`,
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads an object. */
export const parseObject = (value: unknown, what: string) => (isObject(value) ? value : fail(what))
const parseString = (value: unknown, what: string) => (typeof value === 'string' ? value : fail(what))
/** Reads a number. */
export const parseNumber = (value: unknown, what: string) => (typeof value === 'number' ? value : fail(what))
/** Reads a boolean. */
export const parseBoolean = (value: unknown, what: string) => (typeof value === 'boolean' ? value : fail(what))

/** Reads an instant. */
export function parseDate(value: unknown, what: string): Date {
  const date = new Date(parseString(value, what))
  return Number.isNaN(date.getTime()) ? fail(what) : date
}

const parseNullableDate = (value: unknown, what: string) => (value === null ? null : parseDate(value, what))

/** Reads a list, each item with `parse`. */
export function parseList<Item>(value: unknown, what: string, parse: (item: unknown) => Item): readonly Item[] {
  return Array.isArray(value) ? value.map((item: unknown) => parse(item)) : fail(what)
}

const parseStrings = (value: unknown, what: string) => parseList(value, what, (item) => parseString(item, what))

function isJson(value: unknown): value is JsonValue {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true
  return Array.isArray(value) ? value.every(isJson) : isObject(value) && Object.values(value).every(isJson)
}

const parseJson = (value: unknown, what: string) => (isJson(value) ? value : fail(what))

function parseLimit(value: unknown): KeyLimit {
  const { name, quota, windowSeconds } = parseObject(value, 'limit')
  return {
    name: parseString(name, 'limit'),
    quota: parseNumber(quota, 'limit'),
    windowSeconds: parseNumber(windowSeconds, 'limit'),
  }
}

const mapValues = <Value>(value: unknown, what: string, parse: (item: unknown) => Value) =>
  Object.fromEntries(Object.entries(parseObject(value, what)).map(([name, item]) => [name, parse(item)]))

/** Reads a key. */
export function parseRecord(value: unknown): KeyRecord {
  const record = parseObject(value, 'key')
  return {
    id: parseString(record['id'], 'id'),
    owner: parseString(record['owner'], 'owner'),
    name: parseString(record['name'], 'name'),
    start: parseString(record['start'], 'start'),
    scopes: parseStrings(record['scopes'], 'scopes'),
    limits: parseList(record['limits'], 'limits', parseLimit),
    allowedIps: parseStrings(record['allowedIps'], 'allowedIps'),
    metadata: mapValues(record['metadata'], 'metadata', (item) => parseJson(item, 'metadata')),
    createdAt: parseDate(record['createdAt'], 'createdAt'),
    expiresAt: parseNullableDate(record['expiresAt'], 'expiresAt'),
    graceEndsAt: parseNullableDate(record['graceEndsAt'], 'graceEndsAt'),
    disabledAt: parseNullableDate(record['disabledAt'], 'disabledAt'),
    revokedAt: parseNullableDate(record['revokedAt'], 'revokedAt'),
    lastUsedAt: parseNullableDate(record['lastUsedAt'], 'lastUsedAt'),
  }
}

/**
 * Reads a new key.
 *
 * @throws `ERR_KEY_OWNER` when the database refused it
 */
export function parseCreated(value: unknown): KeyRecord {
  if (isObject(value) && value['refusal'] === 'inactive_owner') {
    throw new RoutekeyError(
      'ERR_KEY_OWNER',
      'The owner is deleted or suspended. Create keys for an owner that get_api_key_owner_state() calls active.',
    )
  }
  return parseRecord(value)
}

/** Reads points, which would let requests pass without limits if there were fewer than counters. */
export function parsePoints(value: unknown, counters: number): readonly number[] {
  const points = parseList(value, 'points', (item) => parseNumber(item, 'points'))
  return points.length === counters ? points : fail('points')
}

/** Reads the result of a look-up. */
export function parseFound(value: unknown): FoundKey {
  const { record: found, isCurrent, graceEndsAt, isOwnerActive, now, usedPoints } = parseObject(value, 'key')
  const record = parseRecord(found)
  return {
    record,
    isCurrent: parseBoolean(isCurrent, 'isCurrent'),
    graceEndsAt: parseNullableDate(graceEndsAt, 'graceEndsAt'),
    isOwnerActive: parseBoolean(isOwnerActive, 'isOwnerActive'),
    now: parseDate(now, 'now'),
    ...(usedPoints !== undefined && { usedPoints: parsePoints(usedPoints, record.limits.length) }),
  }
}

/** Reads how many rows were deleted. */
export function parsePruneReport(value: unknown): PruneReport {
  const { keys, secrets, auditEntries, usageHours } = parseObject(value, 'pruned')
  return {
    keys: parseNumber(keys, 'pruned'),
    secrets: parseNumber(secrets, 'pruned'),
    auditEntries: parseNumber(auditEntries, 'pruned'),
    usageHours: parseNumber(usageHours, 'pruned'),
  }
}

/** Reads a bucket of usage. */
export function parseBucket(value: unknown): UsageBucket {
  const { startsAt, allowed, refused } = parseObject(value, 'usage')
  return {
    startsAt: parseDate(startsAt, 'usage'),
    allowed: parseNumber(allowed, 'usage'),
    refused: parseNumber(refused, 'usage'),
  }
}

const actions: readonly AuditAction[] = ['created', 'updated', 'rotated', 'disabled', 'enabled', 'revoked']

/** Reads an entry of the audit trail. */
export function parseAuditEntry(value: unknown): AuditEntry {
  const { id, at, actor, action, changes } = parseObject(value, 'audit entry')
  return {
    id: parseString(id, 'id'),
    at: parseDate(at, 'audit entry'),
    actor: actor === null ? null : parseString(actor, 'actor'),
    action: actions.find((known) => known === action) ?? fail('action'),
    changes: mapValues(changes, 'changes', (item) => {
      const { from, to } = parseObject(item, 'change')
      return { from: parseJson(from, 'change'), to: parseJson(to, 'change') }
    }),
  }
}
