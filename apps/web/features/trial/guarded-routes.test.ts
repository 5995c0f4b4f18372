import { describe, expect, it } from 'vitest'
import { createCustomerRoute, curlCommand, guardedRoutes, whoamiRoute } from './guarded-routes.ts'

describe('curlCommand', () => {
  it('asks for the key, and keeps it out of the arguments of curl', () => {
    expect(curlCommand(whoamiRoute, 'https://example.com', true)).toBe(
      `read -rs KEY &&\n  printf 'Authorization: Bearer %s' "$KEY" |\n  curl -i https://example.com/api/v1/whoami -H @-`,
    )
  })

  it('adds the method if it is not GET, and no header without a key', () => {
    expect(curlCommand(createCustomerRoute, 'http://127.0.0.1:3000', false)).toBe(
      'curl -i -X POST http://127.0.0.1:3000/api/create-stripe-customer',
    )
  })
})

it('offers only routes of this application', () => {
  for (const { path } of guardedRoutes) expect(path).toMatch(/^\/api\/[a-z0-9/-]+$/)
})
