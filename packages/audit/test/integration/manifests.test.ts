import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { audit } from '../../src/audit.ts'
import { buildNext } from './next-application.ts'

const get = `export const GET = () => new Response('x')\n`
const api = `export default function handler(req, res) { res.end() }\n`
const layout = `export default function Layout({ children }) { return <html><body>{children}</body></html> }\n`

interface Fixture {
  readonly config: object
  readonly files: Readonly<Record<string, string>>
  readonly links: Readonly<Record<string, string>>
}

const fixtures: Readonly<Record<string, Fixture>> = {
  'in-src': {
    config: {},
    files: {
      'src/app/layout.jsx': layout,
      'src/app/page.jsx': 'export default function Page() { return null }\n',
      'src/app/.well-known/security.txt/route.js': get,
      'src/app/(group)/a/route.js': get,
      'src/app/b/[id]/[...rest]/route.ts': get,
      'src/app/_private/route.js': get,
      'src/app/%5Fshown/route.js': get,
      'src/app/renamed/route.js': `const x = () => new Response('x')\nexport { x as GET, x as POST }\n`,
      'src/app/from/route.js': `export { GET } from '../(group)/a/route'\n`,
      'src/app/star/route.js': `export * from '../(group)/a/route'\n`,
      'src/app/pattern/route.js': `export const { GET, POST } = { GET: () => new Response('x'), POST: () => new Response('x') }\n`,
      'src/app/not-a-route/router.js': get,
      'src/pages/api/c.js': api,
      'src/pages/api/d/index.ts': api.replace('(req, res)', '(req: any, res: any)'),
      'src/pages/api/[[...all]].js': api,
      'src/pages/api/common.js': 'module.exports = (req, res) => res.end()\n',
      'other/linked/route.js': get,
    },
    // Links to files are left out: one of the two compilers of Next.js follows them, and so does the audit.
    links: { 'src/app/linked': '../../other/linked' },
  },
  extensions: {
    config: { pageExtensions: ['page.js', 'api.js'] },
    files: {
      'app/layout.page.js': layout,
      'app/a/route.api.js': get,
      'app/b/route.js': get,
      'pages/api/c.api.js': api,
      'pages/api/d.js': api,
      'pages/api.api.js': api,
    },
    links: {},
  },
}

const root = fileURLToPath(new URL('../../.fixtures/manifests', import.meta.url))

beforeAll(() => {
  rmSync(root, { recursive: true, force: true })
  for (const [name, { files, links }] of Object.entries(fixtures)) {
    const at = (path: string): string => join(root, name, path)
    for (const [path, text] of Object.entries({ ...files, 'package.json': '{ "private": true }' })) {
      mkdirSync(dirname(at(path)), { recursive: true })
      writeFileSync(at(path), text)
    }
    for (const [path, target] of Object.entries(links)) symlinkSync(target, at(path))
  }
})
afterAll(() => rmSync(root, { recursive: true }))

/** The paths that a build answers with code of its own. */
function builtPaths(directory: string): readonly string[] {
  const read = (name: string): readonly string[] => {
    const path = join(directory, '.next/server', name)
    return existsSync(path) ? Object.keys(JSON.parse(readFileSync(path, 'utf8'))) : []
  }
  const routes = read('app-paths-manifest.json').filter((path) => path.endsWith('/route'))
  return [
    ...routes.map((path) =>
      path
        .slice(0, -'/route'.length)
        .replaceAll(/\/\([^)]*\)/g, '')
        .replaceAll('%5F', '_'),
    ),
    ...read('pages-manifest.json').filter((path) => path === '/api' || path.startsWith('/api/')),
  ].toSorted()
}

describe.each(Object.entries(fixtures))('%s', (name, { config }) => {
  it('lists the same routes as the manifests of the build', { timeout: 300_000 }, async () => {
    const directory = join(root, name)
    await buildNext(directory, config, {})
    const routes = audit(directory).handlers.map(({ route }) => route)
    expect([...new Set(routes)].toSorted()).toEqual(builtPaths(directory))
  })
})
