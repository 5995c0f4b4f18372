import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { main } from '../main.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'routekey-audit-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

function write(file: string, source: string): void {
  const path = join(directory, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, source)
}

async function routekey(...args: string[]) {
  let printed = ''
  let said = ''
  const terminal = {
    env: {},
    cwd: directory,
    print: (text: string) => (printed += text),
    say: (text: string) => (said += text),
  }
  return { exitCode: await main(args, terminal), printed, said }
}

const guarded = `import { withKey } from 'routekey/next'\nexport const POST = withKey(v, h)\n`

it('lists what is guarded, open and excused, by address, and exits with 1 for what is open', async () => {
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
  const { exitCode, printed, said } = await routekey('audit')
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

it('exits with 0 when each is guarded, below src/ and in a named directory', async () => {
  write('web/src/app/api/route.ts', guarded)
  expect(await routekey('audit', 'web')).toEqual({
    exitCode: 0,
    printed: 'guarded  POST  /api  (src/app/api/route.ts)\n',
    said: '',
  })
})

it('prints JSON', async () => {
  write('app/api/route.ts', `export * from './other'\n`)
  const { exitCode, printed } = await routekey('audit', '--json')
  expect(exitCode).toBe(1)
  expect(JSON.parse(printed)).toEqual([
    { name: '*', verdict: 'unclear', excuse: null, file: 'app/api/route.ts', route: '/api' },
  ])
})

it('does not take a directory without routes for one without holes', async () => {
  const { exitCode, said } = await routekey('audit')
  expect(exitCode).toBe(1)
  expect(said).toContain('neither app/ nor pages/api/')
  expect((await routekey('audit', 'a', 'b')).exitCode).toBe(2)
  expect((await routekey('audit', '--nonsense')).exitCode).toBe(2)
})
