import { expect, it } from 'vitest'

import { auditFiles } from '../testing/audit-files.ts'

const write = `import { PrismaClient } from '@prisma/client'\nconst prisma = new PrismaClient()\nexport async function POST() { await prisma.a.create({}); return new Response() }`
const guarded = `import { auth } from '@clerk/nextjs/server'\nexport async function GET() { await auth.protect(); return Response.json(1) }`

const found = (files: Readonly<Record<string, string>>) =>
  auditFiles(files).findings.map(({ rule, level }) => `${level} ${rule}`)

const proxy = (matcher: string, condition = '!session') =>
  `import { auth } from './auth'\nimport { NextResponse } from 'next/server'\nexport async function proxy(request) { const session = await auth(); if (${condition}) return NextResponse.redirect('/login'); return NextResponse.next() }\nexport const config = { matcher: ${matcher} }`
const auth = `import NextAuth from 'next-auth'\nexport const { auth } = NextAuth({})`

it('counts a proxy that refuses strangers, and says that it is the only guard', () => {
  const files = { 'app/api/a/route.ts': write, 'auth.ts': auth, 'proxy.ts': proxy("['/api/:path*']") }
  expect(found(files)).toEqual(['warning proxy-only'])
  expect(auditFiles(files).handlers[0]?.verdict).toBe('guarded')
})

it('says that a matcher leaves an open handler out', () => {
  const files = {
    'app/api/a/route.ts': write,
    'auth.ts': auth,
    'proxy.ts': proxy("['/((?!api|_next/static|favicon.ico).*)']"),
  }
  expect(found(files)).toEqual(['error open-acts', 'warning matcher-misses'])
})

it('does not count a proxy that lets the path through', () => {
  const files = {
    'app/api/a/route.ts': write,
    'auth.ts': auth,
    'proxy.ts': proxy("'/:path*'", "!session && request.nextUrl.pathname.startsWith('/dashboard')"),
  }
  expect(found(files)).toEqual(['error open-acts'])
})

it('finds secrets with a public prefix', () => {
  const page =
    'export default function Page() { return process.env.NEXT_PUBLIC_API_SECRET ?? process.env.NEXT_PUBLIC_STRIPE_PUBLIC_KEY }'
  expect(found({ 'app/api/a/route.ts': guarded, 'app/page.tsx': page })).toEqual(['error public-secret'])
})

const config = (source: string, value: string) =>
  `export default { headers: async () => [{ source: '${source}', headers: [{ key: 'Cache-Control', value: '${value}' }] }] }`

it('finds headers that let caches keep the answers of guarded handlers', () => {
  const routes = { 'app/api/a/route.ts': guarded }
  expect(found({ ...routes, 'next.config.mjs': config('/api/:path*', 'public, max-age=60') })).toEqual([
    'warning replaced-headers',
  ])
  expect(found({ ...routes, 'next.config.mjs': config('/api/:path*', 'private, no-store') })).toEqual([])
  expect(found({ ...routes, 'next.config.mjs': config('/images/:path*', 'public, max-age=60') })).toEqual([])
})

it.each([
  [
    'open-cron',
    {
      'vercel.json': '{ "crons": [{ "path": "/api/daily?x=1", "schedule": "0 0 * * *" }] }',
      'app/api/daily/route.ts': write.replace('POST', 'GET'),
    },
  ],
  ['unsigned-webhook', { 'app/api/webhooks/acme/route.ts': write }],
  ['open-acts', { 'app/api/a/route.ts': write }],
])('names an open handler for its kind: %s', (rule, files) => {
  expect(found(files)).toEqual([`error ${rule}`])
})

it('lowers signing in and up to a warning', () => {
  expect(found({ 'app/api/auth/register/route.ts': write })).toEqual(['warning open-acts'])
})

it('keeps the fingerprint of a finding when lines above it change, and reads excuses', () => {
  const [first] = auditFiles({ 'app/api/a/route.ts': write }).findings
  const [second] = auditFiles({ 'app/api/a/route.ts': `\n\n// moved\n${write}` }).findings
  expect(second?.fingerprint).toBe(first?.fingerprint)
  const excused = write.replace('export', '// routekey-audit: public, everyone may add one\nexport')
  expect(auditFiles({ 'app/api/a/route.ts': excused }).findings[0]?.excuse).toBe('public, everyone may add one')
})

it('takes the word of the configuration for functions of the code base', () => {
  const source = `import { requireUser } from './user'\n${write.replace('{ await', '{ await requireUser(); await')}`
  const files = { 'app/api/a/route.ts': source, 'app/api/a/user.ts': 'export async function requireUser() {}' }
  expect(auditFiles(files).handlers[0]?.verdict).toBe('open-acts')
  expect(auditFiles(files, { guards: ['./user#requireUser'] }).handlers[0]?.verdict).toBe('guarded')
})
