import { join } from 'node:path'
import type { NextConfig } from 'next'

// As in server/request-filter/install-request-filter.ts, which refuses requests before Next.js sees them.
const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()' },
]

const config: NextConfig = {
  // Set explicitly, because Next.js derives it from lockfiles, which is wrong in a clone inside another project.
  turbopack: { root: join(import.meta.dirname, '../..') },
  // Without the tests, so that a start does not wait for their types.
  typescript: { tsconfigPath: 'tsconfig.build.json' },
  poweredByHeader: false,
  // The redirect would repeat a secret in the query.
  skipTrailingSlashRedirect: true,
  // Nothing uses the image endpoint, so it responds 404.
  images: { unoptimized: true },
  agentRules: false,
  experimental: {
    agentUpgrade: false,
    // The proxy reads the forms of pages, which are small.
    proxyClientMaxBodySize: '64kb',
    serverActions: { bodySizeLimit: '64kb' },
    // This redirect would repeat it too. It protects caches, and no response of a page may be stored.
    validateRSCRequestHeaders: false,
  },
  logging: {
    // A query may contain an API key or a sign-in code, and the arguments of a server function contain the password.
    incomingRequests: { ignore: [/\?/] },
    serverFunctions: false,
  },
  // Browsers request this path by themselves, for example on a page of plain text.
  rewrites: async () => [{ source: '/favicon.ico', destination: '/icon.svg' }],
  headers: async () => [
    { source: '/:path*', headers: securityHeaders },
    {
      source: '/:path*',
      // Only over https (RFC 6797, section 7.2): on localhost it would break other projects. Next.js always sets
      // x-forwarded-proto; a chain of proxies lists its protocols, the visitor's first.
      has: [{ type: 'header', key: 'x-forwarded-proto', value: 'https(?:,.*)?' }],
      headers: [{ key: 'Strict-Transport-Security', value: 'max-age=63072000; includeSubDomains' }],
    },
    // Sign-ins and links, which redirect.
    { source: '/auth/:path*', headers: [{ key: 'Cache-Control', value: 'private, no-store' }] },
    // Data, never a document: if it is opened as one, it can load nothing and cannot be framed.
    {
      source: '/api/:path*',
      headers: [{ key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'" }],
    },
    // Not under /api: guarded routes send a stricter value, and Next.js would send both.
    {
      source: '/((?!api/).*)',
      headers: [
        // routekey-audit: not for guarded routes, which are all under /api
        { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
        // For files and prefetches. The policy of proxy.ts replaces it.
        { key: 'Content-Security-Policy', value: "frame-ancestors 'none'" },
      ],
    },
    // Their addresses contain the token of an email or the code of a sign-in.
    { source: '/auth/:path*', headers: [{ key: 'Referrer-Policy', value: 'no-referrer' }] },
  ],
}

export default config
