import { createEmulator, type SeedConfig } from 'emulate'
import { findFreePort } from '../host/find-free-port.ts'
import type { LoopbackServer } from '../host/listen-on-loopback.ts'
import type { GithubApplication } from './github-application.ts'

/** Options of {@link startGithubStandIn}. */
export interface GithubOptions {
  /** Gets its handler when the stand-in has started. It stays open when the stand-in stops. */
  readonly server: LoopbackServer
  readonly clientSecret: string
  /** The address that a sign-in returns to: the callback of Supabase Auth. */
  readonly redirectUri: string
}

/** A running GitHub stand-in. */
export interface GithubStandIn {
  readonly application: Required<GithubApplication>
  readonly stop: () => Promise<void>
}

/** The users of the sign-in page. Their order determines their ids, by which Supabase knows them: only append. */
const githubUsers = [
  { login: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' },
  { login: 'grace', name: 'Grace Hopper', email: 'grace@example.com' },
  { login: 'linus', name: 'Linus Example', email: 'linus@example.com' },
]

const clientId = 'Iv1.sandbox'
const portAttempts = 3

/**
 * Starts a GitHub on loopback. You sign in by choosing one of three users, each with a verified e-mail address. It stores
 * nothing: users and ids are the same after each start, and a token is valid for one sign-in.
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
  server.handle((request) => forward(request, address))
  return { application: { clientId, clientSecret, url: server.url }, stop: close }
}

async function startEmulator(
  baseUrl: string,
  seed: SeedConfig,
): Promise<{ address: string; close: () => Promise<void> }> {
  // The emulator does not report its port, so it gets one, which another program can take first.
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort()
    try {
      const emulator = await createEmulator({ service: 'github', port, baseUrl, seed })
      return { address: `http://127.0.0.1:${port}`, close: () => emulator.close() }
    } catch (error) {
      if (attempt === portAttempts) throw error
    }
  }
}

/** Forwards a request to the emulator, which has no avatars and lacks the path prefix of GitHub Enterprise's API. */
async function forward(request: Request, address: string): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const initial = /^\/avatars\/u\/(?<initial>[a-z])[\w-]*$/i.exec(pathname)?.groups?.['initial']
  if (initial !== undefined) return createAvatar(initial)

  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  const response = await fetch(`${address}${pathname.replace(/^\/api\/v3(?=\/)/, '')}${search}`, {
    method: request.method,
    headers: request.headers,
    redirect: 'manual',
    ...(hasBody && { body: await request.arrayBuffer() }),
  })
  const headers = new Headers(response.headers)
  // `fetch` has decoded the body.
  headers.delete('content-encoding')
  headers.delete('content-length')
  return new Response(response.body, { status: response.status, headers })
}

function createAvatar(initial: string): Response {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#24292f"/><text
    x="32" y="43" text-anchor="middle" font-family="sans-serif" font-size="32" fill="#fff">${initial.toUpperCase()}</text></svg>`
  return new Response(svg, { headers: { 'Content-Type': 'image/svg+xml' } })
}
