import { expect, it } from 'vitest'

import { auditFiles } from '../testing/audit-files.ts'

const get = 'export const GET = () => new Response()'
const api = 'export default function handler(req, res) { res.end() }'

const list = (files: Readonly<Record<string, string>>): readonly string[] =>
  auditFiles(files).handlers.map(({ name, route }) => `${name} ${route}`)

it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  [
    'the App Router',
    { 'app/api/a/route.ts': get, 'app/(group)/@slot/b/[id]/route.js': get, 'app/page.tsx': '' },
    ['GET /b/[id]', 'GET /api/a'],
  ],
  ['src', { 'src/app/api/a/route.ts': get, 'src/pages/api/b.ts': api }, ['GET /api/a', 'default /api/b']],
  ['dot folders', { 'app/.well-known/security.txt/route.ts': get }, ['GET /.well-known/security.txt']],
  ['private folders', { 'app/api/_lib/route.ts': get, 'app/%5Fpublic/route.ts': get }, ['GET /_public']],
  [
    'pages/api.ts and index files',
    { 'pages/api.ts': api, 'pages/api/index.ts': api, 'pages/api/a/index.js': api },
    ['default /api', 'default /api', 'default /api/a'],
  ],
  [
    'pageExtensions',
    {
      'next.config.mjs': 'export default { pageExtensions: ["api.ts"] }',
      'pages/api/a.api.ts': api,
      'pages/api/b.ts': api,
    },
    ['default /api/a'],
  ],
  [
    'types and tests',
    { 'pages/api/a.ts': api, 'pages/api/a.d.ts': 'export {}', 'pages/api/a.test.ts': 'export {}' },
    ['default /api/a'],
  ],
  [
    'renamed exports',
    { 'app/a/route.ts': 'const x = () => new Response()\nexport { x as GET, x as POST }' },
    ['GET /a', 'POST /a'],
  ],
  [
    'exports of another file',
    {
      'app/a/route.ts': "export { x as GET } from './x'\nexport * from './y'",
      'app/a/x.ts': 'export const x = () => new Response()',
      'app/a/y.ts': 'export function PUT() { return new Response() }',
    },
    ['GET /a', 'PUT /a'],
  ],
  [
    'exports of a pattern',
    { 'app/a/route.ts': "import { serve } from 'inngest/next'\nexport const { GET, POST } = serve({})" },
    ['GET /a', 'POST /a'],
  ],
  [
    'CommonJS',
    {
      'pages/api/a.js': 'module.exports = (req, res) => res.end()',
      'pages/api/b.js': 'exports.default = (req, res) => res.end()',
      'app/c/route.js': 'module.exports = { GET() { return new Response() } }',
    },
    ['GET /c', 'default /api/a', 'default /api/b'],
  ],
  [
    'types among the exports',
    { 'app/a/route.ts': 'export type POST = string\nexport interface PUT {}\nexport const GET = () => new Response()' },
    ['GET /a'],
  ],
  [
    'code that confuses lexers',
    {
      'app/a/route.tsx':
        'const a = <p>`</p>\nconst b = `${`${1 / 2}`}`\nconst c = 4 / 2 // `\nexport const GET = () => new Response()\n',
    },
    ['GET /a'],
  ],
])('lists %s', (_name, files, expected) => {
  expect(list(files).toSorted()).toEqual(expected.toSorted())
})

it('finds server functions, of a file and inside of others', () => {
  const { handlers } = auditFiles({
    'app/actions.ts':
      "'use server'\nimport { PrismaClient } from '@prisma/client'\nconst prisma = new PrismaClient()\nexport async function remove(id: string) { await prisma.a.delete({ where: { id } }) }",
    'app/page.tsx':
      "export default function Page() { async function save() { 'use server'; await fetch('/x', { method: 'POST' }) }\nreturn <form action={save} /> }",
    'app/other.tsx': "// 'use server' in a comment\nexport const x = 1",
  })
  expect(handlers.map(({ kind, name, verdict }) => [kind, name, verdict])).toEqual([
    ['server-function', 'remove', 'open-acts'],
    ['server-function', 'save', 'open-acts'],
  ])
})

it('says that nothing was found', () => {
  expect(() => auditFiles({ 'index.ts': 'export {}' })).toThrow('has no API route')
})

it('names files that it cannot parse, and continues', () => {
  const { unreadable, handlers } = auditFiles({
    'app/a/route.ts': 'export const = {{{ function',
    'app/b/route.ts': get,
  })
  expect(unreadable).toEqual(['app/a/route.ts'])
  expect(handlers.map(({ route }) => route)).toEqual(['/b'])
})
