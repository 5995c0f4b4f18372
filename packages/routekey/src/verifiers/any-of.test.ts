import { randomBytes } from 'node:crypto'

import { describe, expect, it, vi } from 'vitest'

import { anyOf } from './any-of.ts'
import { authenticate } from '../guard/authenticate.ts'
import type { Denial } from '../guard/denial.ts'
import { envSecret } from './env-secret.ts'
import type { Verifier } from '../guard/verifier.ts'

const a = randomBytes(32).toString('hex')
const b = randomBytes(32).toString('hex')
const env = { A: a, B: b }
const logger = { error: vi.fn<(message: string) => void>() }

const ask = (verifier: Verifier<unknown>, search: string, headers: Record<string, string> = {}) =>
  authenticate(new Request(`http://localhost/${search}`, { headers }), verifier)

const denying = (denial: Denial): Verifier<never> => ({ verify: () => ({ ok: false, denial }) })

describe('anyOf', () => {
  const either = anyOf(envSecret('A', { env, query: true }), envSecret('B', { env }))

  it('accepts a request that one of its verifiers accepts, and returns that caller', async () => {
    expect(await ask(either, '', { 'x-api-key': a })).toMatchObject({ ok: true, caller: { variable: 'A' } })
    expect(await ask(either, '', { 'x-api-key': b })).toMatchObject({ ok: true, caller: { variable: 'B' } })
    expect(await ask(either, `?A=${a}`)).toMatchObject({ ok: true, caller: { variable: 'A' } })
    expect(await ask(either, '', { 'x-api-key': a.slice(1) })).toMatchObject({ ok: false, denial: { status: 401 } })
  })

  it("does not accept one verifier's secret in the query parameter of another", async () => {
    expect(await ask(either, `?A=${b}`)).toMatchObject({ ok: false, denial: { status: 401 } })
    expect(await ask(either, `?B=${b}`)).toMatchObject({ ok: false, denial: { status: 401 } })
    const both = anyOf(envSecret('A', { env, query: true }), envSecret('B', { env, query: true }))
    expect(await ask(both, `?A=${b}`)).toMatchObject({ ok: false, denial: { status: 401 } })
    expect(await ask(both, `?B=${b}`)).toMatchObject({ ok: true, caller: { variable: 'B' } })
    expect(await ask(anyOf(both), `?A=${b}`)).toMatchObject({ ok: false, denial: { status: 401 } })
    expect(await ask(both, `?A=${a}&B=${b}`)).toMatchObject({ ok: false, denial: { status: 400 } })
  })

  it('keeps every response private if one of them reads the query', async () => {
    const result = await ask(either, '', { 'x-api-key': b })
    expect(result).toMatchObject({
      headers: { 'cache-control': 'private, no-store', 'referrer-policy': 'no-referrer' },
    })
  })

  it('still accepts callers by one verifier if another is not configured', async () => {
    const half = anyOf(envSecret('MISSING', { env, logger }), envSecret('B', { env }))
    expect(await ask(half, '', { 'x-api-key': b })).toMatchObject({ ok: true })
    expect(await ask(half, '', { 'x-api-key': 'undefined' })).toMatchObject({ ok: false, denial: { status: 503 } })
  })

  it('stops at the first verifier that accepts', async () => {
    const later = { verify: vi.fn<Verifier<string>['verify']>() }
    await ask(anyOf(envSecret('A', { env }), later), '', { 'x-api-key': a })
    expect(later.verify).not.toHaveBeenCalled()
  })

  it('returns 503 before 429, 403, 400 and 401 if all refuse', async () => {
    const unavailable: Denial = { status: 503, code: 'store_unavailable', retryAfterSeconds: 1 }
    const limited: Denial = { status: 429, code: 'rate_limited', retryAfterSeconds: 1, limits: [] }
    const scope: Denial = { status: 403, code: 'insufficient_scope', scopes: [] }
    const ambiguous: Denial = { status: 400, code: 'ambiguous_key' }
    const missing: Denial = { status: 401, code: 'missing_key' }
    const ranked = [unavailable, limited, scope, ambiguous, missing]
    for (const [index, first] of ranked.entries()) {
      for (const second of ranked.slice(index)) {
        expect(await ask(anyOf(denying(first), denying(second)), '')).toEqual({ ok: false, denial: first })
        expect(await ask(anyOf(denying(second), denying(first)), '')).toEqual({ ok: false, denial: first })
      }
    }
  })

  it('throws what a verifier throws', async () => {
    const broken: Verifier<never> = {
      verify: () => {
        throw new TypeError('broken')
      },
    }
    await expect(ask(anyOf(broken, envSecret('A', { env })), '', { 'x-api-key': a })).rejects.toThrow('broken')
  })

  it('throws if it has no verifier', () => {
    expect(() => anyOf()).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_VERIFIER' }))
  })
})
