import type { User } from '@supabase/supabase-js'

/**
 * Describes how a user can sign in, in the order of the sign-in page, with their name at GitHub.
 *
 * @param user from Supabase Auth
 */
export function describeSignInMethods({ identities = [], app_metadata: metadata }: User): string[] {
  const providers = new Set([...identities.map(({ provider }) => provider), ...listProviders(metadata['providers'])])
  const methods: string[] = []
  if (providers.has('github')) {
    const name: unknown = identities.find(({ provider }) => provider === 'github')?.identity_data?.['user_name']
    methods.push(typeof name === 'string' && name !== '' ? `GitHub, as ${name}` : 'GitHub')
  }
  if (providers.has('email')) methods.push('Email and password')
  return methods
}

function listProviders(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((provider) => typeof provider === 'string') : []
}
