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
  // Where browsers look by themselves, as on a page of plain text.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
  headers: async () => [
    { source: '/:path*', headers: securityHeaders },
    {
      source: '/:path*',
      // Over https only, as RFC 6797, section 7.2, asks: on localhost it would lock other projects out. Next.js always sets the
      // header; a chain of proxies lists theirs, the visitor's end first.
      has: [{ type: 'header', key: 'x-forwarded-proto', value: 'https(?:,.*)?' }],
      headers: [{ key: 'Strict-Transport-Security', value: 'max-age=63072000' }],
    },
    // Data, never a document: opened as one, it can load nothing and be framed by no one.
    {
      source: '/api/:path*',
      headers: [{ key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'" }],
    },
    // Not under /api: a guarded route sends its own, stricter, and Next.js would send both.
    {
      source: '/((?!api/).*)',
      headers: [{ key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' }],
    },
  ],
}

export default config
