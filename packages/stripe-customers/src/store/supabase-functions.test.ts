import { inspect } from 'node:util'
import { createClient } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'
import { createSupabaseFunctions } from './supabase-functions.ts'

/** Creates calls to a PostgREST that always gives this response. */
function respondWith(status: number, body: object | string) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const fetch = () => Promise.resolve(new Response(text, { status }))
  const auth = { persistSession: false, autoRefreshToken: false }
  return createSupabaseFunctions(createClient('http://127.0.0.1:9', 'sb_secret_unused', { auth, global: { fetch } }))
}

/** An error as PostgREST responds with it. */
const errorOf = (code: string) => ({ code, message: 'the reason', details: null, hint: null })

describe('createSupabaseFunctions', () => {
  it.each([
    ['a read-only database', 405, '25006'],
    ['a lost connection', 503, '08006'],
    ['a deadlock', 500, '40P01'],
    ['a full database', 503, '53300'],
    ['a lock that was not available', 500, '55P03'],
    ['a statement that was cancelled', 500, '57014'],
    ['a failed disk', 500, '58030'],
    ['a PostgREST that cannot connect', 503, 'PGRST000'],
    ['a PostgREST that lost its connection', 503, 'PGRST001'],
    ['a PostgREST that has no schema cache yet', 503, 'PGRST002'],
    ['a full pool of PostgREST', 504, 'PGRST003'],
    ['a bug of PostgREST', 500, 'PGRSTX00'],
  ])('reports %s as unavailable', async (_, status, code) => {
    await expect(respondWith(status, errorOf(code)).rows('f', {})).rejects.toMatchObject({
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE',
      message: expect.stringContaining(`the reason (HTTP ${status})`),
    })
  })

  it.each([408, 425, 429, 500, 502, 503, 504, 522, 540, 544])(
    'reports the status %d of a gateway as unavailable',
    async (status) => {
      await expect(respondWith(status, '<html>').value('f', {})).rejects.toMatchObject({
        code: 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE',
      })
    },
  )

  it.each([
    ['an invalid key', 401, 'PGRST301'],
    ['a missing function', 404, 'PGRST202'],
    ['a missing right', 403, '42501'],
    ['an exception', 400, 'P0001'],
    ['a statement that is too complex', 500, '54001'],
    ['corrupt data', 500, 'XX001'],
  ])('reports %s as refused', async (_, status, code) => {
    await expect(respondWith(status, errorOf(code)).rows('f', {})).rejects.toMatchObject({
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
    })
  })

  it.each(['sb_secret_hush\nx', 'sb_secret_hush\u2013'])(
    'refuses the key %j, which a header cannot carry, without repeating it',
    async (key) => {
      const functions = createSupabaseFunctions(createClient('http://127.0.0.1:9', key))
      const error = await functions.rows('f', {}).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        code: 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
        message: expect.stringMatching(/^public\.f was not called: the key of Supabase has white space/),
      })
      expect(inspect(error)).not.toContain('hush')
    },
  )
})
