import { expect, it } from 'vitest'

import { auditRoute } from '../testing/audit-files.ts'

const act = `await prisma.report.create({ data: {} }); return Response.json({ ok: true })`
const start = `import { PrismaClient } from '@prisma/client'\nconst prisma = new PrismaClient()\n`
const app = (check: string): string => `${start}export async function POST(request: Request) { ${check}\n${act} }`
const pages = (check: string): string =>
  `${start}export default async function handler(req, res) { ${check}\nawait prisma.report.create({ data: {} }); res.json({}) }`

const refuse = 'return new Response(null, { status: 401 })'
const refusePages = 'return res.status(401).end()'

// Each rule with a way in and its closed twin.
it.each<[rule: string, open: string, closed: string]>([
  [
    'unset-comparison',
    pages(`if (req.query.secret !== process.env.API_SECRET) ${refusePages}`),
    pages(`if (!process.env.API_SECRET || req.query.secret !== process.env.API_SECRET) ${refusePages}`),
  ],
  [
    'unset-comparison',
    app(`const body = await request.json(); if (body.secret !== process.env.API_SECRET) ${refuse}`),
    app(
      `const secret = process.env.API_SECRET; if (!secret) ${refuse}; const body = await request.json(); if (body.secret !== secret) ${refuse}`,
    ),
  ],
  [
    'unset-comparison',
    app(
      `const token = request.headers.get('authorization')?.split(' ')[1]; if (token !== process.env.API_SECRET) ${refuse}`,
    ),
    app(`if (request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`),
  ],
  [
    'unset-comparison',
    app(`if (request.headers.get('x-api-key') != process.env.API_SECRET) ${refuse}`),
    app(`if (request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`),
  ],
  [
    'unset-comparison',
    app(`const key = request.headers.get('x-api-key') ?? ''; if (key !== (process.env.API_SECRET ?? '')) ${refuse}`),
    app(
      `const key = request.headers.get('x-api-key') ?? ''; const secret = process.env.API_SECRET; if (!secret || key !== secret) ${refuse}`,
    ),
  ],
  [
    'unset-in-text',
    app(`if (request.headers.get('authorization') !== \`Bearer \${process.env.CRON_SECRET}\`) ${refuse}`),
    app(
      `const secret = process.env.CRON_SECRET; if (!secret || request.headers.get('authorization') !== \`Bearer \${secret}\`) ${refuse}`,
    ),
  ],
  [
    'unset-in-text',
    app(`if (request.headers.get('authorization') !== 'Bearer ' + process.env.CRON_SECRET) ${refuse}`),
    app(
      `if (!process.env.CRON_SECRET) throw new Error('unset'); if (request.headers.get('authorization') !== 'Bearer ' + process.env.CRON_SECRET) ${refuse}`,
    ),
  ],
  [
    'checked-only-when-set',
    app(`if (process.env.API_SECRET && request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`),
    app(`if (!process.env.API_SECRET || request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`),
  ],
  [
    'checked-only-when-set',
    app(
      `const secret = process.env.API_SECRET; if (secret) { if (request.headers.get('x-api-key') !== secret) ${refuse} }`,
    ),
    app(
      `const secret = process.env.API_SECRET; if (!secret) ${refuse}; if (request.headers.get('x-api-key') !== secret) ${refuse}`,
    ),
  ],
  [
    'skipped-by-environment',
    app(
      `if (process.env.VERCEL === '1') { if (request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse} }`,
    ),
    app(`if (request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`),
  ],
  [
    'skipped-by-environment',
    app(
      `if (process.env.NODE_ENV === 'production' && request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`,
    ),
    app(
      `if (process.env.NODE_ENV === 'production') console.log('production'); if (request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`,
    ),
  ],
  [
    'skipped-by-environment',
    `${start}async function check(request: Request) { if (process.env.VERCEL_ENV !== 'production') return; if (request.headers.get('x-api-key') !== process.env.API_SECRET) throw new Error('401') }
    export async function POST(request: Request) { await check(request); ${act} }`,
    `${start}async function check(request: Request) { if (request.headers.get('x-api-key') !== process.env.API_SECRET) throw new Error('401') }
    export async function POST(request: Request) { await check(request); ${act} }`,
  ],
  [
    'unset-hmac-key',
    `import { createHmac, timingSafeEqual } from 'node:crypto'\n${app(`const raw = await request.text(); const expected = createHmac('sha256', process.env.HOOK_SECRET ?? '').update(raw).digest(); if (!timingSafeEqual(expected, Buffer.from(request.headers.get('x-signature') ?? '', 'hex'))) ${refuse}`)}`,
    `import { createHmac, timingSafeEqual } from 'node:crypto'\n${app(`const secret = process.env.HOOK_SECRET; if (!secret) ${refuse}; const raw = await request.text(); const expected = createHmac('sha256', secret).update(raw).digest(); if (!timingSafeEqual(expected, Buffer.from(request.headers.get('x-signature') ?? '', 'hex'))) ${refuse}`)}`,
  ],
  [
    'unset-hmac-key',
    `import Stripe from 'stripe'\nconst stripe = new Stripe('')\n${app(`const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature'), String(process.env.STRIPE_WEBHOOK_SECRET))`)}`,
    `import Stripe from 'stripe'\nconst stripe = new Stripe('')\n${app(`const event = stripe.webhooks.constructEvent(await request.text(), request.headers.get('stripe-signature'), process.env.STRIPE_WEBHOOK_SECRET!)`)}`,
  ],
  [
    'host-guard',
    app(`if (!request.headers.get('referer')?.startsWith('https://app.example')) ${refuse}`),
    app(`if (request.headers.get('x-api-key') !== process.env.API_SECRET) ${refuse}`),
  ],
  [
    'host-guard',
    pages(`if (req.headers.host !== 'app.example') ${refusePages}`),
    pages(
      `if (req.headers.host !== 'app.example') ${refusePages}; if (!process.env.K || req.headers['x-api-key'] !== process.env.K) ${refusePages}`,
    ),
  ],
  [
    'host-guard',
    app(`if (new URL(request.url).hostname !== 'app.example') ${refuse}`),
    `import { auth } from '@clerk/nextjs/server'\n${app(`const { url } = await request.json(); if (new URL(url).hostname !== 'app.example') ${refuse}; const { userId } = await auth(); if (!userId) ${refuse}`)}`,
  ],
  [
    'default-secret',
    app(
      `const secret = process.env.API_SECRET || 'changeme'; if (request.headers.get('x-api-key') !== secret) ${refuse}`,
    ),
    app(`const secret = process.env.API_SECRET; if (request.headers.get('x-api-key') !== secret) ${refuse}`),
  ],
  [
    'default-secret',
    `import jwt from 'jsonwebtoken'\n${app(`try { jwt.verify(request.headers.get('authorization') ?? '', process.env.JWT_SECRET ?? 'development') } catch { ${refuse} }`)}`,
    `import jwt from 'jsonwebtoken'\n${app(`try { jwt.verify(request.headers.get('authorization') ?? '', process.env.JWT_SECRET) } catch { ${refuse} }`)}`,
  ],
])('finds %s, and is silent about its closed twin', (rule, open, closed) => {
  const path = open.includes('export default') ? 'pages/api/reports.ts' : 'app/api/reports/route.ts'
  const found = auditRoute(open, path)
  expect({ verdict: found.verdict, has: found.rules.includes(rule), errors: found.levels.includes('error') }).toEqual({
    verdict: 'fails-open',
    has: true,
    errors: true,
  })
  const twin = auditRoute(closed, path)
  expect({ verdict: twin.verdict, errors: twin.levels.includes('error'), has: twin.rules.includes(rule) }).toEqual({
    verdict: 'guarded',
    errors: false,
    has: false,
  })
})

const stripe = `import Stripe from 'stripe'\nconst stripe = new Stripe('')\n`
const event = (body: string) =>
  `stripe.webhooks.constructEvent(${body}, request.headers.get('stripe-signature')!, process.env.HOOK_SECRET!)`

it.each<[rule: string, found: string, closed: string]>([
  [
    'parsed-body',
    stripe + app(`const body = await request.json(); ${event('JSON.stringify(body)')}`),
    stripe + app(`const body = await request.text(); ${event('body')}`),
  ],
  [
    'catch-answers-200',
    `${stripe}${start}export async function POST(request: Request) { try { ${event('await request.text()')}; ${act} } catch (error) { return Response.json({ received: true }) } }`,
    `${stripe}${start}export async function POST(request: Request) { try { ${event('await request.text()')}; ${act} } catch (error) { return new Response(null, { status: 400 }) } }`,
  ],
  [
    'secret-in-query',
    app(
      `const secret = process.env.S; if (!secret || new URL(request.url).searchParams.get('secret') !== secret) ${refuse}`,
    ),
    app(`const secret = process.env.S; if (!secret || request.headers.get('x-api-key') !== secret) ${refuse}`),
  ],
  [
    'timing',
    app(`const secret = process.env.S; if (!secret || request.headers.get('x-api-key') !== secret) ${refuse}`),
    `import { timingSafeEqual } from 'node:crypto'\n${app(`const secret = process.env.S; if (!secret || !timingSafeEqual(Buffer.from(request.headers.get('x-api-key') ?? ''), Buffer.from(secret))) ${refuse}`)}`,
  ],
  [
    'session-not-verified',
    `import { createServerClient } from '@supabase/ssr'\n${app(`const { data: { session } } = await createServerClient('', '', {}).auth.getSession(); if (!session) ${refuse}`)}`,
    `import { createServerClient } from '@supabase/ssr'\n${app(`const { data: { user } } = await createServerClient('', '', {}).auth.getUser(); if (!user) ${refuse}`)}`,
  ],
])('warns of %s', (rule, found, closed) => {
  const { rules, levels } = auditRoute(found)
  expect({ has: rules.includes(rule), level: levels[rules.indexOf(rule)] }).toEqual({ has: true, level: 'warning' })
  expect(auditRoute(closed).rules).not.toContain(rule)
})
