import { describe, expect, it } from 'vitest'

import { auditFiles, auditRoute } from '../testing/audit-files.ts'

const client = `import { PrismaClient } from '@prisma/client'\nconst prisma = new PrismaClient()\n`
const act = `await prisma.report.create({ data: {} }); return Response.json({})`
const post = (check: string, before = ''): string =>
  `${client}${before}\nexport async function POST(request: Request) { ${check}\n${act} }`
const refuse = 'return new Response(null, { status: 401 })'

describe('guards of libraries', () => {
  it.each([
    [
      'next-auth',
      `import { getServerSession } from 'next-auth'`,
      `const session = await getServerSession(options); if (!session) ${refuse}`,
    ],
    [
      'Auth.js',
      `import NextAuth from 'next-auth'\nconst { auth } = NextAuth({ providers: [], callbacks: { session: (s) => s } })`,
      `const session = await auth(); if (!session?.user) ${refuse}`,
    ],
    [
      'Clerk',
      `import { auth } from '@clerk/nextjs/server'`,
      `const { userId } = await auth(); if (userId === null) ${refuse}`,
    ],
    ['Clerk protect', `import { auth } from '@clerk/nextjs/server'`, `await auth.protect()`],
    [
      'Supabase',
      `import { createServerClient } from '@supabase/ssr'\nconst client = () => createServerClient('', '', {})`,
      `const { data: { user }, error } = await client().auth.getUser(); if (error || !user) ${refuse}`,
    ],
    [
      'better-auth',
      `import { betterAuth } from 'better-auth'\nconst auth = betterAuth({})`,
      `const session = await auth.api.getSession({ headers: request.headers }); if (session == null) ${refuse}`,
    ],
    [
      'WorkOS',
      `import { withAuth } from '@workos-inc/authkit-nextjs'`,
      `const { user } = await withAuth(); if (!user) ${refuse}`,
    ],
    [
      'Kinde',
      `import { getKindeServerSession } from '@kinde-oss/kinde-auth-nextjs/server'`,
      `const { isAuthenticated } = getKindeServerSession(); if (!(await isAuthenticated())) ${refuse}`,
    ],
    [
      'iron-session',
      `import { getIronSession } from 'iron-session'\nimport { cookies } from 'next/headers'`,
      `const session = await getIronSession(await cookies(), options); if (!session.userId) ${refuse}`,
    ],
    [
      'Stripe',
      `import Stripe from 'stripe'\nconst stripe = new Stripe(process.env.STRIPE_SECRET_KEY!)`,
      `let event; try { event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature')!, process.env.STRIPE_WEBHOOK_SECRET!) } catch { ${refuse} }`,
    ],
    [
      'Svix',
      `import { Webhook } from 'svix'`,
      `const hook = new Webhook(process.env.HOOK_SECRET!); hook.verify(await request.text(), {})`,
    ],
    [
      'jose',
      `import { jwtVerify } from 'jose'`,
      `await jwtVerify(request.headers.get('authorization')!.slice(7), key)`,
    ],
    [
      'a session in a helper',
      `import { auth } from '@clerk/nextjs/server'\nasync function requireUser() { const { userId } = await auth(); if (!userId) throw new Error('401'); return userId }`,
      `const id = await requireUser()`,
    ],
    [
      'a result object',
      `import { auth } from '@clerk/nextjs/server'\nasync function check() { const { userId } = await auth(); return userId ? { ok: true, userId } : { ok: false } }`,
      `const result = await check(); if (!result.ok) ${refuse}`,
    ],
    [
      'a response',
      `import { auth } from '@clerk/nextjs/server'\nasync function check() { const { userId } = await auth(); if (!userId) return Response.json({}, { status: 401 }); return null }`,
      `const denied = await check(); if (denied) return denied`,
    ],
    [
      'a key in a database',
      '',
      `const key = request.headers.get('x-api-key'); const found = await prisma.apiKey.findUnique({ where: { key } }); if (!found) ${refuse}`,
    ],
    [
      'an assertion',
      `import { auth } from '@clerk/nextjs/server'\nimport assert from 'node:assert'`,
      `const { userId } = await auth(); assert(userId)`,
    ],
    [
      'a signature with a prefix',
      `import { createHmac, timingSafeEqual } from 'node:crypto'`,
      `const mine = 'v0=' + createHmac('sha256', process.env.SIGNING_SECRET!).update(await request.text()).digest('hex'); if (!timingSafeEqual(Buffer.from(mine), Buffer.from(request.headers.get('x-signature')!))) ${refuse}`,
    ],
    [
      'authenticate of routekey',
      `import { authenticate, envSecret, denialResponse } from 'routekey'`,
      `const result = await authenticate(request, envSecret('S')); if (!result.ok) return denialResponse(result.denial)`,
    ],
  ])('knows %s', (_name, before, check) => {
    expect(auditRoute(post(check, before)).verdict).toBe('guarded')
  })

  it.each([
    [
      'withKey of routekey',
      `import { envSecret } from 'routekey'\nimport { withKey } from 'routekey/next'\nexport const POST = withKey(envSecret('S'), async () => { ${act} })`,
    ],
    [
      'the wrapper of Auth0',
      `import { withApiAuthRequired } from '@auth0/nextjs-auth0'\nexport const POST = withApiAuthRequired(async () => { ${act} })`,
    ],
    [
      'auth() of Auth.js as a wrapper',
      `import NextAuth from 'next-auth'\nconst { auth } = NextAuth({})\nexport const POST = auth(async (request) => { if (!request.auth) ${refuse}; ${act} })`,
    ],
    [
      'a wrapper of the code base',
      `import { auth } from '@clerk/nextjs/server'\nconst withUser = (handler) => async (request) => { const { userId } = await auth(); if (!userId) ${refuse}; return handler(request, userId) }\nexport const POST = withUser(async () => { ${act} })`,
    ],
  ])('knows %s', (_name, source) => {
    expect(auditRoute(client + source).verdict).toBe('guarded')
  })
})

describe('handlers that look guarded', () => {
  it.each([
    [
      'a namesake in another scope',
      `import { auth } from '@clerk/nextjs/server'\nfunction other() { return auth() }`,
      `const auth = async () => ({ userId: 'x' }); const { userId } = await auth(); if (!userId) ${refuse}`,
    ],
    [
      'a local function with the name of a guard',
      `const getServerSession = async () => ({ user: { id: 'x' } })`,
      `const session = await getServerSession(); if (!session) ${refuse}`,
    ],
    [
      'a session that nothing tests',
      `import { auth } from '@clerk/nextjs/server'`,
      `const { userId } = await auth(); console.log(userId)`,
    ],
    ['a token that is only present', '', `const token = request.headers.get('authorization'); if (!token) ${refuse}`],
    [
      'a token that is only decoded',
      `import jwt from 'jsonwebtoken'`,
      `const user = jwt.decode(request.headers.get('authorization')); if (!user) ${refuse}`,
    ],
    [
      'a refusal that does not end',
      `import { auth } from '@clerk/nextjs/server'`,
      `const { userId } = await auth(); if (!userId) { console.log('401') }`,
    ],
    [
      'a check that a catch swallows',
      `import { jwtVerify } from 'jose'`,
      `try { await jwtVerify(request.headers.get('authorization'), key) } catch (error) { console.log(error) }`,
    ],
    [
      'a promise whose error is swallowed',
      `import { jwtVerify } from 'jose'`,
      `await jwtVerify(request.headers.get('authorization'), key).catch(() => null)`,
    ],
    [
      'a check after the act',
      `import { auth } from '@clerk/nextjs/server'`,
      `await prisma.report.deleteMany(); const { userId } = await auth(); if (!userId) ${refuse}`,
    ],
    [
      'a check of only one method of asking',
      `import { auth } from '@clerk/nextjs/server'`,
      `if (request.headers.get('authorization')) { const { userId } = await auth(); if (!userId) ${refuse} }`,
    ],
    [
      'a way out that the caller chooses',
      `import { auth } from '@clerk/nextjs/server'`,
      `const { userId } = await auth(); if (new URL(request.url).searchParams.get('debug') !== '1' && !userId) ${refuse}`,
    ],
    [
      'a response of a helper that nothing returns',
      `import { auth } from '@clerk/nextjs/server'\nasync function check() { const { userId } = await auth(); if (!userId) return Response.json({}, { status: 401 }) }`,
      `await check()`,
    ],
    [
      'a verifier that always says yes',
      `import { authenticate } from 'routekey'\nconst verifier = { verify: async () => ({ ok: true, caller: {} }) }`,
      `const result = await authenticate(request, verifier); if (!result.ok) ${refuse}`,
    ],
  ])('is not deceived by %s', (_name, before, check) => {
    const { verdict, levels } = auditRoute(post(check, before))
    expect({ verdict, hasError: levels.includes('error') }).toEqual({ verdict: 'open-acts', hasError: true })
  })

  it('does not count withKey with a verifier that always says yes', () => {
    const source = `${client}import { withKey } from 'routekey/next'\nexport const POST = withKey({ verify: async () => ({ ok: true }) }, async () => { ${act} })`
    expect(auditRoute(source).verdict).toBe('open-acts')
  })

  it('does not count a secret that is written in the source', () => {
    const source = `${client}import { envSecret } from 'routekey'\nimport { withKey } from 'routekey/next'\nexport const POST = withKey(envSecret('S', { env: { S: 'literal' } }), async () => { ${act} })`
    expect(auditRoute(source)).toMatchObject({ verdict: 'fails-open', rules: ['default-secret'] })
  })
})

describe('levels', () => {
  it.each([
    ['open-acts', `${client}export async function POST() { ${act} }`],
    ['open-reads', `${client}export async function GET() { return Response.json(await prisma.report.findMany()) }`],
    ['answers-everyone', `export function GET() { return Response.json({ ok: true }) }`],
    ['own-route', `import NextAuth from 'next-auth'\nconst handler = NextAuth({})\nexport { handler as GET }`],
    ['unclear', `import { handler } from '@/missing'\nexport const GET = handler`],
  ])('says %s', (verdict, source) => {
    expect(auditRoute(source).verdict).toBe(verdict === 'unclear' ? 'own-route' : verdict)
  })

  it('does not take members of objects for constants', () => {
    const source = `${client}function read(names) { const features = { ai: false }; for (const name of names) features[name] = true; return features }\nexport async function POST() { if (!read(['ai']).ai) return new Response(null, { status: 404 }); ${act} }`
    expect(auditRoute(source).verdict).toBe('open-acts')
  })

  it('follows the imports that a package.json defines', () => {
    const { handlers } = auditFiles({
      'package.json': '{ "imports": { "#server/*": "./server/*" } }',
      'server/user.ts': `import { auth } from '@clerk/nextjs/server'\nexport const requireUser = () => auth.protect()`,
      'app/api/a/route.ts': `import { requireUser } from '#server/user.ts'\n${post('await requireUser()')}`,
    })
    expect(handlers[0]?.verdict).toBe('guarded')
  })

  it('follows calls into other files, path aliases and packages of the workspace', () => {
    const { handlers } = auditFiles({
      'package.json': '{ "workspaces": ["packages/*"] }',
      'packages/auth/package.json': '{ "name": "@acme/auth", "exports": { ".": "./dist/index.js" } }',
      'packages/auth/src/index.ts': `import { auth } from '@clerk/nextjs/server'\nexport async function requireUser() { const { userId } = await auth(); if (!userId) throw new Error('401') }`,
      'apps/web/package.json': '{ "dependencies": { "next": "16.0.0" } }',
      'apps/web/tsconfig.json': '{ // with a comment\n "compilerOptions": { "paths": { "@/*": ["./src/*"] }, } }',
      'apps/web/src/lib/db.ts': `${client}export { prisma }`,
      'apps/web/src/app/api/a/route.ts': `import { requireUser } from '@acme/auth'\nimport { prisma } from '@/lib/db'\nexport async function POST() { await requireUser(); await prisma.a.create({}); return new Response() }`,
      'apps/web/src/app/api/b/route.ts': `import { prisma } from '@/lib/db'\nexport async function POST() { await prisma.a.create({}); return new Response() }`,
    })
    expect(handlers.map(({ route, verdict }) => [route, verdict])).toEqual([
      ['/api/a', 'guarded'],
      ['/api/b', 'open-acts'],
    ])
  })
})
