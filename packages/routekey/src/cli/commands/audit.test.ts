import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

import { expect, it } from 'vitest'

import { useDirectory } from '../cli-fixture.ts'

const { at, run, write: writeFile } = useDirectory()

function write(file: string, source: string): void {
  mkdirSync(dirname(at(file)), { recursive: true })
  writeFile(source, file)
}

const guarded = `import { withKey } from 'routekey/next'\nexport const POST = withKey(v, h)\n`

it('lists guarded, open and excused handlers by route, and exits with 1 if one is open', async () => {
  write('app/api/reports/[id]/route.ts', guarded)
  write('app/(admin)/api/@slot/open/route.js', 'export function GET() {}\n')
  write('app/api/health/route.ts', '// routekey-audit: public\nexport const GET = () => new Response()\n')
  write('app/api/reports/page.tsx', 'export default function Page() {}\n')
  write('app/api/two/route.ts', 'export function GET() {}\nexport function POST() {}\n')
  write('app/_private/route.ts', 'export function GET() {}\n')
  write('app/node_modules/x/route.ts', 'export function GET() {}\n')
  write('pages/index.tsx', 'export default function Page() {}\n')
  write('pages/api/index.ts', 'export default function handler() {}\n')
  write('pages/api/types.d.ts', 'export default function handler(): void\n')
  const { exitCode, printed, said } = await run('audit')
  expect(printed.split('\n')).toEqual([
    'open     GET  /api/open  (app/(admin)/api/@slot/open/route.js)',
    'excused  GET  /api/health  (app/api/health/route.ts): public',
    'guarded  POST  /api/reports/[id]  (app/api/reports/[id]/route.ts)',
    'open     GET POST  /api/two  (app/api/two/route.ts)',
    'open     default  /api  (pages/api/index.ts)',
    '',
  ])
  expect(exitCode).toBe(1)
  expect(said).toContain('4 of 6 handlers are open or unclear')
})

it('exits with 0 if every handler is guarded, in src/ and in a named directory', async () => {
  write('web/src/app/api/route.ts', guarded)
  expect(await run('audit', 'web')).toEqual({
    exitCode: 0,
    printed: 'guarded  POST  /api  (src/app/api/route.ts)\n',
    said: '',
  })
})

it('prints JSON', async () => {
  write('app/api/route.ts', `export * from './other'\n`)
  const { exitCode, printed } = await run('audit', '--json')
  expect(exitCode).toBe(1)
  expect(JSON.parse(printed)).toEqual([
    { name: '*', verdict: 'unclear', excuse: null, file: 'app/api/route.ts', route: '/api' },
  ])
})

it('does not report success for a directory without routes', async () => {
  const { exitCode, said } = await run('audit')
  expect(exitCode).toBe(2)
  expect(said).toContain('neither app/ nor pages/api/')
  expect((await run('audit', 'a', 'b')).exitCode).toBe(2)
  expect((await run('audit', '--nonsense')).exitCode).toBe(2)
})

const nextConfig = (before: string, value: string) =>
  `// 'Cache-Control' in a comment\nexport default { headers: () => [{ source: '/:path*', headers: [\n${before}{ key: 'Cache-Control', value: '${value}' }\n] }] }\n`

it('reports headers of next.config that replace those of guarded routes', async () => {
  write('app/api/route.ts', guarded)
  write('next.config.mjs', nextConfig('', 'public, max-age=60'))
  const { exitCode, printed, said } = await run('audit')
  expect(printed).toBe('guarded  POST  /api  (app/api/route.ts)\nunclear  Cache-Control  *  (next.config.mjs)\n')
  expect({ exitCode, isExplained: said.includes('guardPaths') }).toEqual({ exitCode: 1, isExplained: true })

  write('next.config.mjs', nextConfig('// routekey-audit: the proxy guards /api too\n', 'public'))
  expect(await run('audit')).toMatchObject({ exitCode: 0, said: '' })
  write('next.config.mjs', nextConfig('', 'private, no-store'))
  expect(await run('audit')).toMatchObject({ exitCode: 0, said: '' })
})

const proxy = `import { guardPaths } from 'routekey/next-proxy'\nexport const proxy = guardPaths({})\n`

it('reports a proxy that is not beside app/, which Next.js ignores', async () => {
  write('src/app/api/route.ts', guarded)
  write('proxy.ts', proxy)
  expect(await run('audit')).toMatchObject({
    exitCode: 1,
    said: expect.stringContaining('proxy.ts never runs. Move it to src/'),
  })
  write('proxy.ts', `// routekey-audit: forwards requests, and is not for Next.js\n${proxy}`)
  write('src/middleware.js', 'export { middleware } from "./other"\n')
  expect(await run('audit')).toMatchObject({ exitCode: 0, said: '' })

  write('app/api/route.ts', guarded)
  write('app/middleware.ts', 'export const { auth: middleware } = createAuth()\n')
  write('src/proxy.ts', 'export const createProxy = () => fetch\n')
  const { said, printed } = await run('audit', '--json')
  expect(said).toContain('src/middleware.js never runs. Move it to the root')
  expect(said).toContain('app/middleware.ts never runs. Move it to the root')
  expect(said).not.toContain('src/proxy.ts')
  expect(JSON.parse(printed)).toHaveLength(1)
})

it('reports a proxy.ts in a version of Next.js that does not know it', async () => {
  write('pages/api/index.ts', `import { withKey } from 'routekey/next-pages'\nexport default withKey(v, h)\n`)
  write('proxy.ts', proxy)
  expect(await run('audit')).toMatchObject({ exitCode: 0, said: '' })
  write('node_modules/next/package.json', '{ "name": "next", "version": "15.5.29" }')
  expect(await run('audit')).toMatchObject({
    exitCode: 1,
    said: expect.stringContaining(
      'proxy.ts never runs in Next.js 15.5.29. Rename the file and its export to middleware',
    ),
  })
  write('node_modules/next/package.json', '{ "name": "next", "version": "16.0.0-canary.1" }')
  expect(await run('audit')).toMatchObject({ exitCode: 0, said: '' })
})
