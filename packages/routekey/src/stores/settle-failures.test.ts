import { expect, it } from 'vitest'

import { createKeyring } from '../index.ts'
import { createPostgresStore } from './postgres.ts'
import { createSupabaseStore } from './supabase.ts'

const fault = (message: string, properties: object = {}) => Object.assign(new Error(message), properties)
const now = JSON.stringify(new Date().toISOString())

/** Revokes a key while the database fails as given, and returns the message. */
async function revoke(error: unknown): Promise<string> {
  const client = {
    query: async (text: string) => {
      if (text.includes('read_api_key_clock')) return { rows: [{ result: now }] }
      throw error
    },
  }
  const keyring = createKeyring({ store: createPostgresStore({ client }), prefix: 'acme' })
  return keyring.revoke(crypto.randomUUID()).then(() => 'done', String)
}

const possible = 'It may have made its change'

it.each([
  ['a read-only database', fault('cannot execute UPDATE in a read-only transaction', { code: '25006' })],
  ['a refused connection', fault('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' })],
  [
    'no connection to any address',
    Object.assign(
      new AggregateError(
        [fault('connect ECONNREFUSED ::1:5432'), fault('connect ECONNREFUSED 127.0.0.1')],
        'All failed',
      ),
      {
        code: 'ECONNREFUSED',
      },
    ),
  ],
  ['an unknown host', fault('getaddrinfo ENOTFOUND db', { code: 'ENOTFOUND' })],
  ['a missing right', fault('permission denied for function change_api_key', { code: '42501' })],
  ['a violated rule', fault('violates check constraint', { code: '23514' })],
  ['a statement that the database stopped', fault('canceling statement due to statement timeout', { code: '57014' })],
  ['a deadlock', fault('deadlock detected', { code: '40P01' })],
  ['too many connections', fault('sorry, too many clients already', { code: '53300' })],
  ['a database that starts', fault('the database system is starting up', { code: '57P03' })],
  ['a full pool', fault('timeout exceeded when trying to connect')],
  ['a pool that has ended', fault('Cannot use a pool after calling end on the pool')],
  [
    'an error in another one',
    fault('Failed query: select …', { cause: fault('read-only transaction', { code: '25006' }) }),
  ],
])('says only the reason after %s, when nothing can have changed', async (_name, error) => {
  const message = await revoke(error)
  expect(message).toMatch(/The key store failed: .+\. \[ERR_STORE_UNAVAILABLE\]/)
  expect(message).not.toContain(possible)
  expect(message).not.toContain('Failed query')
})

it.each([
  ['a lost connection', fault('Connection terminated unexpectedly')],
  ['a connection that was reset', fault('read ECONNRESET', { code: 'ECONNRESET' })],
  ['a broken pipe', fault('write EPIPE', { code: 'EPIPE' })],
  ['a closed connection of postgres', fault('write CONNECTION_CLOSED', { code: 'CONNECTION_CLOSED' })],
  ['a timeout of the client', fault('Query read timeout')],
  ['a pooler that lost the server', fault('server conn crashed?', { code: '08P01' })],
  ['an unknown result', fault('statement completion unknown', { code: '40003' })],
  ['a session that was ended', fault('terminating connection due to administrator command', { code: '57P01' })],
  ['a text that was thrown', 'down'],
])('says that the change may have been made after %s', async (_name, error) => {
  expect(await revoke(error)).toContain(possible)
})

it('says it never after a read', async () => {
  const client = { query: () => Promise.reject(fault('Connection terminated unexpectedly')) }
  const keyring = createKeyring({ store: createPostgresStore({ client }), prefix: 'acme' })
  const message = await keyring.get(crypto.randomUUID()).then(() => 'done', String)
  expect(message).toContain('The key store failed: Connection terminated unexpectedly.')
  expect(message).not.toContain(possible)
})

it.each([
  ['a code of PostgreSQL', { message: 'read-only', code: '25006' }, 400, false],
  ['a code of PostgREST', { message: 'no function', code: 'PGRST202' }, 404, false],
  [
    'a fetch that was refused',
    { message: 'TypeError: fetch failed', details: 'Caused by: ECONNREFUSED', code: '' },
    0,
    false,
  ],
  [
    'a fetch that broke',
    { message: 'TypeError: fetch failed', details: 'SocketError: other side closed', code: '' },
    0,
    true,
  ],
  ['a gateway that gave up', { message: 'Bad Gateway' }, 502, true],
])('judges the Data API by %s', async (_name, error, status, isPossible) => {
  const client = {
    rpc: async (name: string) =>
      name === 'read_api_key_clock'
        ? { data: new Date().toISOString(), error: null, status: 200 }
        : { data: null, error, status },
  }
  const keyring = createKeyring({ store: createSupabaseStore({ client }), prefix: 'acme' })
  const message = await keyring.revoke(crypto.randomUUID()).then(() => 'done', String)
  expect(message.includes(possible)).toBe(isPossible)
  expect(message).toContain(error.message)
})
