/** A route that the audit judges, and that strangers then call. */
export interface FixtureRoute {
  readonly name: string
  readonly router: 'app' | 'pages'
  readonly isOpen: boolean
  readonly source: string
}

const imports = `import { record } from '../../../lib/record'\n`
const pagesImports = `import { record } from '../../lib/record'\n`
const refuse = 'return new Response(null, { status: 401 })'

/** A route whose handler does `check` before it records that it ran. `NAME` is its name. */
const checks =
  (isOpen: boolean) =>
  (name: string, check: string, before = ''): FixtureRoute => ({
    name,
    router: 'app',
    isOpen,
    source: `${imports}${before}\nexport async function POST(request) { ${check}\nawait record('${name}'); return Response.json({ ok: true }) }\n`,
  })

const whole =
  (isOpen: boolean) =>
  (name: string, source: string): FixtureRoute => ({
    name,
    router: 'app',
    isOpen,
    source: `${imports}${source.replaceAll('ACT', `await record('${name}'); return Response.json({ ok: true })`)}\n`,
  })

const pagesChecks =
  (isOpen: boolean) =>
  (name: string, check: string, before = ''): FixtureRoute => ({
    name,
    router: 'pages',
    isOpen,
    source: `${pagesImports}${before}\nexport default async function handler(req, res) { ${check}\nawait record('${name}'); res.json({ ok: true }) }\n`,
  })

const open = checks(true)
const closed = checks(false)
const key = `request.headers.get('x-api-key')`
const bearer = `request.headers.get('authorization')`
const hmac = (secret: string): string =>
  `const raw = await request.text(); const expected = createHmac('sha256', ${secret}).update(raw).digest('hex'); if (request.headers.get('x-signature') !== expected) ${refuse}`
const crypto = `import { createHmac, timingSafeEqual, createHash } from 'node:crypto'\n`
const jose = `import { decodeJwt, jwtVerify } from 'jose'\nconst jwtKey = new TextEncoder().encode(process.env.API_SECRET)\n`
const stripe = `import Stripe from 'stripe'\nconst stripe = new Stripe('unused')\n`
const routekey = `import { authenticate, denialResponse, envSecret } from 'routekey'\nimport { withKey } from 'routekey/next'\n`

const openRoutes: readonly FixtureRoute[] = [
  open('nothing', ''),
  open('body-unset', `const body = await request.json(); if (body.secret !== process.env.UNSET) ${refuse}`),
  open('optional-unset', `const token = ${bearer}?.split(' ')[1]; if (token !== process.env.UNSET) ${refuse}`),
  open('loose-unset', `if (${key} != process.env.UNSET) ${refuse}`),
  open('empty-defaults', `if ((${key} ?? '') !== (process.env.UNSET ?? '')) ${refuse}`),
  open('bearer-template', `if (${bearer} !== \`Bearer \${process.env.UNSET}\`) ${refuse}`),
  open('bearer-sum', `if (${bearer} !== 'Bearer ' + process.env.UNSET) ${refuse}`),
  open(
    'constant-template',
    `if (${bearer} !== expected) ${refuse}`,
    `const expected = \`Bearer \${process.env.UNSET}\`\n`,
  ),
  open('only-when-set', `if (process.env.UNSET && ${key} !== process.env.UNSET) ${refuse}`),
  open('inside-when-set', `const secret = process.env.UNSET; if (secret) { if (${key} !== secret) ${refuse} }`),
  open(
    'helper-when-set',
    `if (!isAllowed(request)) ${refuse}`,
    `function isAllowed(request) { const secret = process.env.UNSET; if (!secret) return true; return ${key} === secret }\n`,
  ),
  open(
    'only-on-platform',
    `await verify(request)`,
    `async function verify(request) { if (process.env.VERCEL !== '1') return; if (${key} !== process.env.API_SECRET) throw new Error('401') }\n`,
  ),
  open(
    'only-in-environment',
    `if (process.env.APP_ENV === 'production' && ${key} !== process.env.API_SECRET) ${refuse}`,
  ),
  open('hmac-empty', hmac(`process.env.UNSET ?? ''`), crypto),
  open('hmac-text', hmac('`${process.env.UNSET}`'), crypto),
  open('hmac-string', hmac('String(process.env.UNSET)'), crypto),
  open('referer', `if (!request.headers.get('referer')?.startsWith('https://app.example')) ${refuse}`),
  open('origin', `if (request.headers.get('origin') !== 'https://app.example') ${refuse}`),
  open('forwarded', `if (request.headers.get('x-forwarded-for') !== '10.0.0.1') ${refuse}`),
  open('default-secret', `if (${key} !== (process.env.UNSET || 'changeme')) ${refuse}`),
  open('default-constant', `if (${key} !== secret) ${refuse}`, `const secret = process.env.UNSET ?? 'changeme'\n`),
  open('present-only', `if (!${bearer}) ${refuse}`),
  open('prefix-only', `if (!${bearer}?.startsWith('Bearer ')) ${refuse}`),
  open(
    'swallowed',
    `try { await jwtVerify(${bearer}.slice(7), jwtKey) } catch (error) { console.log('invalid') }`,
    jose,
  ),
  open('swallowed-promise', `await jwtVerify(${bearer}?.slice(7) ?? '', jwtKey).catch(() => null)`, jose),
  open('decoded', `const token = ${bearer}?.slice(7); if (!token || !decodeJwt(token).sub) ${refuse}`, jose),
  open('act-first', `await record('act-first'); if (${key} !== process.env.API_SECRET) ${refuse}`),
  open('only-if-sent', `if (request.headers.has('x-api-key')) { if (${key} !== process.env.API_SECRET) ${refuse} }`),
  open(
    'debug',
    `if (new URL(request.url).searchParams.get('debug') !== '1' && ${key} !== process.env.API_SECRET) ${refuse}`,
  ),
  open(
    'not-returned',
    `deny(request)`,
    `function deny(request) { if (${key} !== process.env.API_SECRET) ${refuse} }\n`,
  ),
  open(
    'namesake',
    `const session = await getServerSession(); if (!session) ${refuse}`,
    `const getServerSession = async () => ({ user: { id: 'x' } })\n`,
  ),
  open('no-end', `if (${key} !== process.env.API_SECRET) { console.log('401') }`),
  open(
    'always-yes',
    `const result = await authenticate(request, { verify: async () => ({ ok: true, caller: {} }) }); if (!result.ok) return denialResponse(result.denial)`,
    routekey,
  ),
  open(
    'stripe-text',
    `let event; try { event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature'), String(process.env.UNSET)) } catch { ${refuse} }`,
    stripe,
  ),
  whole(true)(
    'wrapped-in-log',
    `const withLog = (handler) => async (request) => { console.log('call'); return handler(request) }\nexport const POST = withLog(async () => { ACT })`,
  ),
  whole(true)(
    'wrapper-unset',
    `const withSecret = (handler) => async (request) => { const { searchParams } = request.nextUrl; if ((searchParams.get('secret') ?? undefined) !== process.env.UNSET) ${refuse}; return handler(request) }\nexport const POST = withSecret(async () => { ACT })`,
  ),
  pagesChecks(true)('pages-nothing', ''),
  pagesChecks(true)('pages-query', `if (req.query.secret !== process.env.UNSET) return res.status(401).end()`),
  pagesChecks(true)('pages-header', `if (req.headers['x-api-key'] !== process.env.UNSET) return res.status(401).end()`),
  pagesChecks(true)('pages-host', `if (!req.headers.host.includes('127.0.0.1')) return res.status(403).end()`),
  pagesChecks(true)('pages-no-return', `if (req.headers['x-api-key'] !== process.env.API_SECRET) { res.status(401) }`),
  pagesChecks(true)(
    'pages-ignored',
    `check(req)`,
    `const check = (req) => req.headers['x-api-key'] === process.env.API_SECRET\n`,
  ),
]

const closedRoutes: readonly FixtureRoute[] = [
  closed('set-header', `const secret = process.env.API_SECRET; if (!secret || ${key} !== secret) ${refuse}`),
  closed(
    'set-body',
    `const secret = process.env.API_SECRET; if (!secret) ${refuse}; const body = await request.json(); if (body.secret !== secret) ${refuse}`,
  ),
  closed('unset-null', `if (${key} !== process.env.UNSET) ${refuse}`),
  closed(
    'unset-checked',
    `const secret = process.env.UNSET; if (!secret) ${refuse}; if (${bearer} !== \`Bearer \${secret}\`) ${refuse}`,
  ),
  closed(
    'bearer-checked',
    `if (!process.env.API_SECRET || ${bearer} !== \`Bearer \${process.env.API_SECRET}\`) ${refuse}`,
  ),
  closed(
    'module-checked',
    `if (${bearer} !== \`Bearer \${secret}\`) ${refuse}`,
    `const secret = process.env.API_SECRET ?? process.env.BUILD_SECRET\nif (!secret) throw new Error('API_SECRET is missing.')\n`,
  ),
  closed(
    'helper-throws',
    `check(request)`,
    `function check(request) { if (${key} !== process.env.API_SECRET) throw new Error('401') }\n`,
  ),
  closed(
    'helper-response',
    `const denied = deny(request); if (denied) return denied`,
    `function deny(request) { if (${key} !== process.env.API_SECRET) ${refuse}; return null }\n`,
  ),
  closed(
    'helper-boolean',
    `if (!(await isAllowed(request))) ${refuse}`,
    `async function isAllowed(request) { return ${key} === process.env.API_SECRET }\n`,
  ),
  closed(
    'helper-object',
    `const result = check(request); if (!result.ok) ${refuse}`,
    `function check(request) { if (${key} !== process.env.API_SECRET) return { ok: false }; return { ok: true } }\n`,
  ),
  closed(
    'helper-negative',
    `if (isStranger(request)) ${refuse}`,
    `const isStranger = (request) => ${key} !== process.env.API_SECRET\n`,
  ),
  closed(
    'helper-class',
    `new Gate().check(request)`,
    `class Gate { check(request) { if (${key} !== process.env.API_SECRET) throw new Error('401') } }\n`,
  ),
  closed('hmac-checked', `const secret = process.env.API_SECRET; if (!secret) ${refuse}; ${hmac('secret')}`, crypto),
  closed('hmac-unset', `const secret = process.env.UNSET; if (!secret) ${refuse}; ${hmac('secret')}`, crypto),
  closed(
    'constant-time',
    `const secret = process.env.API_SECRET; if (!secret) ${refuse}; const hash = (text) => createHash('sha256').update(text).digest(); if (!timingSafeEqual(hash(${key} ?? ''), hash(secret))) ${refuse}`,
    crypto,
  ),
  closed('jwt', `try { await jwtVerify(${bearer}?.slice(7) ?? '', jwtKey) } catch { ${refuse} }`, jose),
  closed('jwt-throws', `await jwtVerify(${bearer}?.slice(7) ?? '', jwtKey)`, jose),
  closed(
    'jwt-null',
    `const token = await jwtVerify(${bearer}?.slice(7) ?? '', jwtKey).catch(() => null); if (token === null) ${refuse}`,
    jose,
  ),
  closed(
    'stripe',
    `let event; try { event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature') ?? '', process.env.API_SECRET) } catch { ${refuse} }`,
    stripe,
  ),
  closed(
    'routekey-authenticate',
    `const result = await authenticate(request, envSecret('API_SECRET')); if (!result.ok) return denialResponse(result.denial)`,
    routekey,
  ),
  closed('list', `if (!keys.has(${key} ?? '')) ${refuse}`, `const keys = new Map([[process.env.API_SECRET, 'us']])\n`),
  closed(
    'branch',
    `if (${key} === process.env.API_SECRET) { await record('branch'); return Response.json({}) } ${refuse}`,
  ),
  closed('environment', `if (process.env.NODE_ENV !== 'development') ${refuse}`),
  closed(
    'host-and-key',
    `if (!request.headers.get('referer')) ${refuse}; if (${key} !== process.env.API_SECRET) ${refuse}`,
  ),
  closed(
    'promise',
    `const [allowed] = await Promise.all([isAllowed(request)]); if (!allowed) ${refuse}`,
    `async function isAllowed(request) { return ${key} === process.env.API_SECRET }\n`,
  ),
  closed(
    'schema',
    `if (${bearer} !== \`Bearer \${env.API_SECRET}\`) ${refuse}`,
    `import { z } from 'zod'\nconst env = z.object({ API_SECRET: z.string().min(1).catch('x'.repeat(40)) }).parse({ API_SECRET: process.env.API_SECRET })\n`,
  ),
  whole(false)('routekey', `${routekey}export const POST = withKey(envSecret('API_SECRET'), async () => { ACT })`),
  whole(false)(
    'wrapper',
    `const withSecret = (handler) => async (request) => { if (${key} !== process.env.API_SECRET) ${refuse}; return handler(request) }\nexport const POST = withSecret(async () => { ACT })`,
  ),
  whole(false)(
    'wrapper-options',
    `const guard = ({ secret }) => (handler) => async (request, ...rest) => { const expected = process.env[secret]; if (!expected || ${key} !== expected) ${refuse}; return handler(request, ...rest) }\nexport const POST = guard({ secret: 'API_SECRET' })(async () => { ACT })`,
  ),
  whole(false)(
    'ternary',
    `const run = async () => { ACT }\nexport const POST = async (request) => (${key} === process.env.API_SECRET ? run() : new Response(null, { status: 401 }))`,
  ),
  whole(false)(
    'renamed',
    `const handler = async (request) => { if (${key} !== process.env.API_SECRET) ${refuse}; ACT }\nexport { handler as POST }`,
  ),
  whole(false)(
    'pattern',
    `const handlers = { POST: async (request) => { if (${key} !== process.env.API_SECRET) ${refuse}; ACT } }\nexport const { POST } = handlers`,
  ),
  pagesChecks(false)(
    'pages-checked',
    `if (!process.env.API_SECRET || req.headers['x-api-key'] !== process.env.API_SECRET) return res.status(401).end()`,
  ),
  pagesChecks(false)(
    'pages-helper',
    `if (!check(req)) return res.status(401).end()`,
    `const check = (req) => Boolean(process.env.API_SECRET) && req.headers['x-api-key'] === process.env.API_SECRET\n`,
  ),
  pagesChecks(false)(
    'pages-else',
    `if (!process.env.API_SECRET || req.headers['x-api-key'] !== process.env.API_SECRET) { res.status(401).end(); return }`,
  ),
]

/** All routes, half of them open in different ways. */
export const fixtureRoutes: readonly FixtureRoute[] = [...openRoutes, ...closedRoutes]
