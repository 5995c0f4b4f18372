/**
 * Follows the start of a sign-in to the sandbox's GitHub, and consents there as a user.
 *
 * @param start the address at Supabase to which the application leads
 * @param login the name of the user at GitHub
 * @returns the address at Supabase to which GitHub leads back
 */
export async function consentAtGithub(start: string, login: string): Promise<string> {
  const consent = (await fetch(start, { redirect: 'manual' })).headers.get('location') ?? ''
  const form = (await (await fetch(consent)).text()).split('<form').find((part) => part.includes(`value="${login}"`))
  const body = new URLSearchParams()
  for (const [, name = '', value = ''] of (form ?? '').matchAll(/<input[^>]+name="([^"]+)"[^>]*value="([^"]*)"/g))
    body.set(name, value.replaceAll('&amp;', '&'))
  const done = await fetch(new URL('/login/oauth/callback', consent), { method: 'POST', body, redirect: 'manual' })
  return done.headers.get('location') ?? ''
}
