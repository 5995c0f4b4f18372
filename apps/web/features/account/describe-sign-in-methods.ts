import type { User } from '@supabase/supabase-js'

/** How a user can sign in. */
export interface SignInMethods {
  readonly github: boolean
  readonly password: boolean
}

/**
 * Describes how a user can sign in, in the order of the sign-in page, with their name at GitHub.
 *
 * @param user from Supabase Auth
 */
export function describeSignInMethods(user: User): string[] {
  const { github, password } = listSignInMethods(user)
  const methods: string[] = []
  if (github) {
    const name: unknown = user.identities?.find(({ provider }) => provider === 'github')?.identity_data?.['user_name']
    methods.push(typeof name === 'string' && name !== '' ? `GitHub, as ${name}` : 'GitHub')
  }
  if (password) methods.push('Email and password')
  return methods
}

/** Lists how a user can sign in. */
export function listSignInMethods({ identities = [], app_metadata: metadata }: User): SignInMethods {
  const providers = new Set([...identities.map(({ provider }) => provider), ...listProviders(metadata['providers'])])
  return { github: providers.has('github'), password: providers.has('email') }
}

function listProviders(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((provider) => typeof provider === 'string') : []
}
