import { join } from 'node:path'
import type { NextConfig } from 'next'

const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()' },
]

const config: NextConfig = {
  // Given outright, because Next.js guesses it from lockfiles and guesses wrong in a clone inside another project.
  turbopack: { root: join(import.meta.dirname, '../..') },
  transpilePackages: ['@routekey/stripe-customers'],
  // Without the tests: who starts the application does not wait for their types.
  typescript: { tsconfigPath: 'tsconfig.build.json' },
  poweredByHeader: false,
  agentRules: false,
  experimental: { agentUpgrade: false },
  logging: {
    // A query may hold the API key or a sign-in code, and the arguments of a server function hold the password.
    incomingRequests: { ignore: [/\?/] },
    serverFunctions: false,
  },
  headers: async () => [
    { source: '/:path*', headers: securityHeaders },
    // Not under /api: a guarded route sends its own, stricter, and Next.js would send both.
    {
      source: '/((?!api/).*)',
      headers: [{ key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' }],
    },
  ],
}

export default config
