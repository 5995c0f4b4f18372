import { createEmulator, type SeedConfig } from 'emulate'

import type { GithubApplication } from '../supabase/supabase.ts'
import { findFreePort, type LoopbackServer } from '../host/ports.ts'

/** Options of {@link startGithubStandIn}. */
export interface GithubOptions {
  /** Answers once this has started. Stopping leaves it open. */
  readonly server: LoopbackServer
  readonly clientSecret: string
  /** Where sign-in leads back to: the callback of Supabase Auth. */
  readonly redirectUri: string
}

/** A running GitHub stand-in. */
export interface GithubStandIn {
  readonly application: GithubApplication
  readonly stop: () => Promise<void>
}

/** Whom one can sign in as. The order gives the ids, which identify a user for Supabase: only append. */
const githubUsers = [
  { login: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' },
  { login: 'grace', name: 'Grace Hopper', email: 'grace@example.com' },
  { login: 'linus', name: 'Linus Example', email: 'linus@example.com' },
]

const clientId = 'Iv1.sandbox'
const freePortAttempts = 3

/**
 * Starts a GitHub on loopback at which one signs in by choosing one of three users, each with a verified e-mail address.
 * It keeps nothing: users and their ids are the same after each start, and its tokens serve one sign-in.
 */
export async function startGithubStandIn({ server, clientSecret, redirectUri }: GithubOptions): Promise<GithubStandIn> {
  const { address, close } = await startEmulator(server.url, {
    tokens: {},
    github: {
      users: githubUsers,
      oauth_apps: [
        { client_id: clientId, client_secret: clientSecret, name: 'Routekey sandbox', redirect_uris: [redirectUri] },
      ],
    },
  })
  server.handle((request) => answer(request, address))
  return { application: { clientId: clientId, clientSecret, url: server.url }, stop: close }
}

async function startEmulator(
  baseUrl: string,
  seed: SeedConfig,
): Promise<{ address: string; close: () => Promise<void> }> {
  // The emulator does not tell which port it was given, so it must be told, and another process may be faster.
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort()
    try {
      const emulator = await createEmulator({ service: 'github', port, baseUrl, seed })
      return { address: `http://127.0.0.1:${port}`, close: () => emulator.close() }
    } catch (error) {
      if (attempt === freePortAttempts) throw error
    }
  }
}

/** Forwards to the emulator, which lacks the prefix of GitHub Enterprise's API and serves no avatars. */
async function answer(request: Request, address: string): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const avatarOf = /^\/avatars\/u\/(?<initial>[a-z])[\w-]*$/i.exec(pathname)?.groups?.['initial']
  if (avatarOf !== undefined) return drawAvatar(avatarOf)

  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const response = await fetch(`${address}${pathname.replace(/^\/api\/v3(?=\/)/, '')}${search}`, {
    method: request.method,
    headers: request.headers,
    redirect: 'manual',
    ...(hasBody && { body: await request.arrayBuffer() }),
  })
  const headers = new Headers(response.headers)
  // The body has been decoded on the way.
  headers.delete('content-encoding')
  headers.delete('content-length')
  return new Response(response.body, { status: response.status, headers })
}

function drawAvatar(initial: string): Response {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#24292f"/><text
    x="32" y="43" text-anchor="middle" font-family="sans-serif" font-size="32" fill="#fff">${initial.toUpperCase()}</text></svg>`
  return new Response(svg, { headers: { 'Content-Type': 'image/svg+xml' } })
}
