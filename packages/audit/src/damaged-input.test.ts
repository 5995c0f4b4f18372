import { expect, it } from 'vitest'

import { auditFiles } from './testing/audit-files.ts'

const source = `import { auth } from '@clerk/nextjs/server'
import Stripe from 'stripe'
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!)
class Gate { async check(request: Request) { const { userId } = await auth(); if (!userId) throw new Error(\`no \${userId ?? '–'}\`) } }
const wrap = (handler) => async (request: Request, { params }: { params: { id: string } }) => {
  try { await new Gate().check(request) } catch (error) { return new Response(null, { status: 401 }) }
  switch (params.id) { case 'a': for (const x of [1, 2]) { if (x > 1 && params.id?.length) break } default: return handler({ ...params }) }
}
export const { POST = wrap(async ({ id }) => { await stripe.customers.create({ name: id }); return Response.json({ id }) }) } = {}
export { wrap as PUT }
export default function page() { return <p title={\`\${1 / 2}\`}>{'\`'}</p> }
`

/** Numbers that look random and are the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const tokens = [
  '{',
  '}',
  '(',
  ')',
  '`',
  '${',
  "'",
  '=>',
  'await',
  'export',
  '?.',
  '...',
  '<',
  '/',
  ';',
  '\n',
  '\u0000',
  'return',
  'case',
  'async',
  '[',
  ']',
  '=',
]

/** Audits a damaged file beside one that is always right, so that something is found. */
const survives = (text: string): boolean =>
  auditFiles({
    'app/api/a/route.tsx': text,
    'pages/api/b.js': text,
    'next.config.mjs': text,
    'proxy.ts': text,
    'tsconfig.json': text,
    'vercel.json': text,
    'app/api/right/route.ts': 'export const GET = () => new Response()',
  }).handlers.some(({ route }) => route === '/api/right')

it('survives files that end anywhere', () => {
  for (let end = 0; end < source.length; end += 37) expect(survives(source.slice(0, end))).toBe(true)
})

it('survives files in which tokens are replaced, added and removed', () => {
  const random = createRandom(7)
  const pick = (count: number): number => Math.floor(random() * count)
  for (let run = 0; run < 60; run += 1) {
    let text = source
    for (let change = 0; change < 4; change += 1) {
      const at = pick(text.length)
      text = `${text.slice(0, at)}${tokens[pick(tokens.length)] ?? ''}${text.slice(at + pick(6))}`
    }
    expect(survives(text)).toBe(true)
  }
})

it.each([
  ['functions that call each other', 'const a = () => b(); const b = () => a(); export const POST = a'],
  ['a variable that is its own value', 'const a = a; export const POST = a'],
  ['exports in a circle', "export * from './route'; export { POST } from './route'"],
  ['very deep functions', `export const POST = ${'() => '.repeat(3000)}1`],
  ['very deep blocks', `export function POST() { ${'if (x) {'.repeat(2000)}${'}'.repeat(2000)} }`],
  ['long chains of else', `export function POST() { ${'if (x) { a() } else '.repeat(3000)}{} }`],
  ['conditions of many parts', `export function POST() { if (${'a && '.repeat(20_000)}b) return }`],
  ['very deep expressions', `export const POST = () => ${'('.repeat(4000)}1${')'.repeat(4000)}`],
  ['very long chains', `export const POST = () => x${'.a()'.repeat(20_000)}`],
  ['very long sums', `export const POST = () => 'a'${" + 'a'".repeat(20_000)}`],
])('survives %s', (_name, text) => {
  expect(survives(text)).toBe(true)
})
