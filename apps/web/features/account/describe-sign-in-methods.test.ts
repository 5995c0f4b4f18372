import type { User, UserIdentity } from '@supabase/supabase-js'
import { expect, it } from 'vitest'
import { describeSignInMethods } from './describe-sign-in-methods.ts'

function makeUser(
  providers: string[] | undefined,
  identities: Pick<UserIdentity, 'provider' | 'identity_data'>[] = [],
): User {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    aud: 'authenticated',
    created_at: '2026-03-01T12:00:00Z',
    app_metadata: providers === undefined ? {} : { providers },
    user_metadata: { user_name: 'chosen by the user' },
    identities: identities.map((identity) => ({ id: '1', user_id: '1', identity_id: '1', ...identity })),
  }
}

it.each<[string, User, string[]]>([
  ['a password', makeUser(['email']), ['Email and password']],
  [
    'GitHub with the name there',
    makeUser(['github'], [{ provider: 'github', identity_data: { user_name: 'ada' } }]),
    ['GitHub, as ada'],
  ],
  ['GitHub without a name', makeUser(['github'], [{ provider: 'github', identity_data: {} }]), ['GitHub']],
  ['both', makeUser(['email', 'github']), ['GitHub', 'Email and password']],
  ['an unknown method', makeUser(['saml']), []],
  ['no method', makeUser(undefined), []],
])('describes %s', (_name, user, methods) => {
  expect(describeSignInMethods(user)).toEqual(methods)
})
