import type { KeyStore } from '../keyring/model/key-store.ts'
import { parseAuditEntry, parseBucket, parseFound, parseList, parseRecord } from './parse-response.ts'

/** Calls a function of the database by name with one JSON document, and gives what it returns. It throws when it cannot. */
export type CallFunction = (name: string, input: object) => Promise<unknown>

const orNull = <Result>(value: unknown, parse: (value: unknown) => Result) => (value === null ? null : parse(value))

/** Creates a store on the SQL functions of `create_api_key.sql`, however they are called. */
export function createFunctionStore(call: CallFunction): Omit<KeyStore, 'subscribe'> {
  return {
    create: async (key) => parseRecord(await call('create_api_key', key)),
    findByHash: async (hash) => orNull(await call('find_api_key', { hash }), parseFound),
    get: async (id, owner) => orNull(await call('get_api_key', { id, owner }), parseRecord),
    list: async (query) => parseList(await call('list_api_keys', query), 'list', parseRecord),
    change: async (change) => orNull(await call('change_api_key', change), parseRecord),
    rotate: async (rotation) => orNull(await call('rotate_api_key', rotation), parseRecord),
    async recordUsage(entries) {
      await call('record_api_key_usage', { entries })
    },
    readUsage: async (query) => parseList(await call('read_api_key_usage', query), 'usage', parseBucket),
    readAudit: async (query) => parseList(await call('read_api_key_audit', query), 'audit trail', parseAuditEntry),
  }
}
