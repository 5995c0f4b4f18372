import type { User } from '@supabase/supabase-js'

/**
 * Says how a user can sign in, in the order of the sign-in page; of GitHub with the name there.
 *
 * @param user as Supabase Auth gives it
 */
export function describeSignInMethods({ identities = [], app_metadata: metadata }: User): string[] {
  const providers = new Set([...identities.map(({ provider }) => provider), ...listProviders(metadata['providers'])])
  const methods: string[] = []
  if (providers.has('github')) {
    const name: unknown = identities.find(({ provider }) => provider === 'github')?.identity_data?.['user_name']
    methods.push(typeof name === 'string' && name !== '' ? `GitHub, as ${name}` : 'GitHub')
  }
  if (providers.has('email')) methods.push('E-mail and password')
  return methods
}

function listProviders(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((provider) => typeof provider === 'string') : []
}
