import type { KeyStore } from '../keyring/model/key-store.ts'
import type { RequiredScopes } from '../keyring/model/scopes.ts'
import { type Database, pointsOfLimiter } from './function-limiter.ts'
import { type CallFunction, settleFailures } from './settle-failures.ts'
import {
  parseAuditEntry,
  parseBucket,
  parseCreated,
  parseDate,
  parseFound,
  parseList,
  parseNumber,
  parsePruneReport,
  parseRecord,
} from './parse-response.ts'

const orNull = <Result>(value: unknown, parse: (value: unknown) => Result) => (value === null ? null : parse(value))

/** Lists what covers a scope: the scope itself, and wildcards at its end. Those in its middle are left to `satisfiesScopes`. */
function listCovers(scope: string): readonly string[] {
  const segments = scope.split(':')
  return [scope, ...segments.map((_, index) => [...segments.slice(0, index), '*'].join(':'))]
}

/** Lists sets of scopes. A key that has one of each set satisfies a route. */
const listCoverSets = (required: RequiredScopes<string>) =>
  'any' in required ? [required.any.flatMap(listCovers)] : required.map(listCovers)

/** Creates a store on the SQL functions of `sql/*.sql`, independent of how they are called. */
export function createFunctionStore(
  callFunction: CallFunction,
  database: Database,
): Omit<KeyStore, 'subscribe' | 'limitTime'> {
  const call = settleFailures('The key store', callFunction)
  return {
    now: async () => parseDate(await call('read_api_key_clock', {}), 'clock'),
    create: async (key) => orNull(await call('create_api_key', key), parseCreated),
    async findByHash(hash, use) {
      const points = use && pointsOfLimiter(use.limiter, database)
      if (use === undefined || points === undefined) return orNull(await call('find_api_key', { hash }), parseFound)
      const input = { hash, points, cost: use.cost, scopes: listCoverSets(use.scopes) }
      return orNull(await call('use_api_key', input), parseFound)
    },
    get: async (id, owner) => orNull(await call('get_api_key', { id, owner }), parseRecord),
    list: async (query) => parseList(await call('list_api_keys', query), 'keys', parseRecord),
    change: async (change) => orNull(await call('change_api_key', change), parseRecord),
    rotate: async (rotation) => orNull(await call('rotate_api_key', rotation), parseRecord),
    revokeAll: async (request) => parseNumber(await call('revoke_api_keys', request), 'count'),
    deleteAll: async (request) => parseNumber(await call('delete_api_keys', request), 'count'),
    async recordUsage(batch) {
      await call('record_api_key_usage', batch)
    },
    async readUsage(query) {
      return orNull(await call('read_api_key_usage', query), (value) => parseList(value, 'usage', parseBucket))
    },
    async readAudit(query) {
      return orNull(await call('read_api_key_audit', query), (value) => parseList(value, 'audit', parseAuditEntry))
    },
    prune: async (request) => parsePruneReport(await call('prune_api_keys', request)),
  }
}
