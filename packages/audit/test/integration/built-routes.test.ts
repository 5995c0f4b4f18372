import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { audit } from '../../src/audit.ts'
import type { Audit } from '../../src/findings.ts'
import { attack, attacks } from './attacks.ts'
import { type NextServer, startNext } from './next-application.ts'
import { fixtureRoutes } from './routes.ts'

const directory = fileURLToPath(new URL('../../.fixtures/routes', import.meta.url))
const records = join(directory, 'records.txt')
// Strong enough for routekey, and known to nobody outside of the process.
const secret = crypto.randomUUID() + crypto.randomUUID()

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "fixture", "private": true, "type": "module" }',
  'lib/record.js': `import { appendFile } from 'node:fs/promises'\nexport const record = (name) => appendFile(process.env.RECORDS, name + '\\n')\n`,
  'app/layout.jsx': 'export default function Layout({ children }) { return <html><body>{children}</body></html> }\n',
  'app/ready/route.js': `export const GET = () => new Response('ready')\n`,
  ...Object.fromEntries(
    fixtureRoutes.map(({ name, router, source }) => [
      router === 'app' ? `app/api/${name}/route.js` : `pages/api/${name}.js`,
      source,
    ]),
  ),
}

let server: NextServer
let result: Audit
let reached: ReadonlySet<string>

beforeAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  result = audit(directory)
  server = await startNext(directory, { API_SECRET: secret, RECORDS: records })
  writeFileSync(records, '')
  for (const { name } of fixtureRoutes) {
    for (const request of attacks) await attack(`${server.origin}/api/${name}`, request)
  }
  reached = new Set(readFileSync(records, 'utf8').split('\n'))
}, 600_000)

afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

it('has at least 60 routes, half of them open', () => {
  expect(fixtureRoutes.length).toBeGreaterThanOrEqual(60)
  expect(fixtureRoutes.filter(({ isOpen }) => isOpen).length).toBeGreaterThanOrEqual(fixtureRoutes.length / 2)
  expect(new Set(fixtureRoutes.map(({ name }) => name)).size).toBe(fixtureRoutes.length)
})

describe.each(fixtureRoutes)('$name, open: $isOpen', ({ name, isOpen }) => {
  it('lets strangers in, or refuses them', () => {
    expect(reached.has(name)).toBe(isOpen)
  })

  it('is judged in the same way', () => {
    const handler = result.handlers.find(({ route }) => route === `/api/${name}`)
    const label = `${handler?.name} /api/${name}`
    const hasError = result.findings.some(({ level, handlers }) => level === 'error' && handlers.includes(label))
    expect({ isGuarded: handler?.verdict === 'guarded', hasError }).toEqual({ isGuarded: !isOpen, hasError: isOpen })
  })
})

const read = (name: string): readonly string[] => {
  const path = join(directory, '.next/server', name)
  return existsSync(path) ? Object.keys(JSON.parse(readFileSync(path, 'utf8'))) : []
}

it('lists the same routes as the manifests of the build', () => {
  const built = [
    ...read('app-paths-manifest.json').flatMap((path) =>
      path.endsWith('/route') ? [path.slice(0, -'/route'.length)] : [],
    ),
    ...read('pages-manifest.json').filter((path) => path === '/api' || path.startsWith('/api/')),
  ]
  expect([...new Set(result.handlers.map(({ route }) => route))].toSorted()).toEqual(built.toSorted())
})
