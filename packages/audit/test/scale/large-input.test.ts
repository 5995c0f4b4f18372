import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

import { audit } from '../../src/audit.ts'

const root = mkdtempSync(join(tmpdir(), 'routekey-audit-scale-'))
afterAll(() => rmSync(root, { recursive: true }))

function write(application: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, application, path)), { recursive: true })
    writeFileSync(join(root, application, path), text)
  }
  return join(root, application)
}

/** The shortest of three runs, in milliseconds. */
function measure(directory: string): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now()
    audit(directory)
    return performance.now() - start
  })
  return Math.min(...times)
}

const handler = (size: number): string =>
  `export async function POST(request) { ${`if (request.headers.get('x-api-key') !== process.env.S) { console.log(\`\${1 / 2}\`, <p>\`</p>) } `.repeat(size)} return new Response() }`

it('takes time in proportion to the size of a file of one line', () => {
  const small = write('small', { 'app/api/a/route.jsx': handler(500) })
  const large = write('large', { 'app/api/a/route.jsx': handler(5000) })
  audit(small)
  // Ten times the size: 10 if it is linear, 100 if it is quadratic.
  expect(measure(large) / measure(small)).toBeLessThan(40)
})

it('takes time in proportion to the number of handlers', () => {
  const route = `import { check } from '../../../lib/check'\nexport async function POST(request) { await check(request); return new Response() }`
  const check = `export async function check(request) { if (request.headers.get('x-api-key') !== process.env.S) throw new Error('401') }`
  const routes = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`app/api/r${index}/route.ts`, route]))
  const few = write('few', { 'lib/check.ts': check, ...routes(50) })
  const many = write('many', { 'lib/check.ts': check, ...routes(500) })
  audit(few)
  expect(measure(many) / measure(few)).toBeLessThan(40)
})
