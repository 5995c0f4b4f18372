import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { blankNonCode } from './blank-non-code.ts'
import { findHandlers } from './find-handlers.ts'

const withGuard = `import { envSecret } from 'routekey'\nimport { withKey } from 'routekey/next'\n`
const verdicts = (source: string, router: 'app' | 'pages' = 'app') =>
  Object.fromEntries(findHandlers(source, router).map(({ name, verdict }) => [name, verdict]))

describe('in a route file', () => {
  it.each<[string, string, object]>([
    [
      'a wrapped handler',
      `export const POST = withKey(envSecret('S'), async (request) => new Response())`,
      { POST: 'guarded' },
    ],
    [
      'a wrapped handler with a type',
      `export const GET: (request: Request) => Promise<Response> = withKey(v, h)`,
      { GET: 'guarded' },
    ],
    ['type arguments', `export const GET = withKey<Caller, { id: string }>(v, h)`, { GET: 'guarded' }],
    ['a cast', `export const GET = withKey(v, h) as RouteHandler`, { GET: 'guarded' }],
    [
      'a call over several lines',
      `export const GET =\n  withKey(\n    v,\n    h,\n  )\n\nconst x = 1`,
      { GET: 'guarded' },
    ],
    [
      'several in one declaration',
      `export const GET = withKey(v, h), POST = withKey(v, h);`,
      { GET: 'guarded', POST: 'guarded' },
    ],
    [
      'a constant that is exported by another name',
      `const route = withKey(v, h)\nexport { route as GET, route as POST }`,
      { GET: 'guarded', POST: 'guarded' },
    ],
    ['a constant of a constant', `const a = withKey(v, h)\nconst b = a\nexport const GET = b`, { GET: 'guarded' }],
    [
      'another export beside it',
      `export const dynamic = 'force-dynamic'\nexport const GET = withKey(v, h)`,
      { GET: 'guarded' },
    ],
  ])('finds the guard in %s', (_case, source, expected) => {
    expect(verdicts(withGuard + source)).toEqual(expected)
  })

  it.each<[string, string, string]>([
    ['another name', `import { withKey as guard } from 'routekey/next'`, 'guard'],
    ['a namespace', `import * as routekey from "routekey/next"`, 'routekey.withKey'],
    ['a type beside it', `import { type GuardContext, withKey } from 'routekey/next';`, 'withKey'],
    ['a side-effect import before it', `import 'server-only'\nimport { withKey } from 'routekey/next'`, 'withKey'],
  ])('recognises the guard by %s', (_case, statement, callee) => {
    expect(verdicts(`${statement}\nexport const GET = ${callee}(v, h)`)).toEqual({ GET: 'guarded' })
  })

  it.each<[string, string, object]>([
    ['a function', `export async function POST(request) { return withKey(v, h)(request) }`, { POST: 'open' }],
    ['a plain function', `export function GET() {}`, { GET: 'open' }],
    ['an arrow', `export const GET = async (request) => new Response()`, { GET: 'open' }],
    ['an arrow of one parameter', `export const GET = request => new Response()`, { GET: 'open' }],
    [
      'an open handler beside a guarded one',
      `export const POST = withKey(v, h)\nexport const GET = () => new Response()`,
      { POST: 'guarded', GET: 'open' },
    ],
    [
      'an open handler after a guarded one in one declaration',
      `export const POST = withKey(v, h), GET = () => new Response()`,
      { POST: 'guarded', GET: 'open' },
    ],
    ['a function by name', `function handle() {}\nexport { handle as GET }`, { GET: 'open' }],
    ['a guard in a comment', `export const GET = /* withKey(v, h) */ async () => new Response()`, { GET: 'open' }],
    ['a guard in a string', `export const GET = () => new Response("withKey(v, h)")`, { GET: 'open' }],
  ])('reports %s as open', (_case, source, expected) => {
    expect(verdicts(withGuard + source)).toEqual(expected)
  })

  it.each<[string, string]>([
    ['is wrapped by something else', `export const GET = log(withKey(v, h))`],
    ['is a choice', `export const GET = isOpen ? handle : withKey(v, h)`],
    ['follows the guard in an expression', `export const GET = withKey(v, h) && handle`],
    ['follows the guard on the next line', `export const GET = withKey(v, h)\n  || handle`],
    ['is made from the guarded handler', `export const GET = withKey(v, h).bind(null)`],
    ['can change', `export let GET = withKey(v, h)`],
    ['is exported from another file', `export { GET } from './other'`],
    ['is imported', `import { handle } from './other'\nexport { handle as GET }`],
    ['is destructured', `export const { GET } = handlers`],
    ['is destructured by another name', `export const { get: GET = withKey(v, h) } = handlers`],
    ['is a property', `export const GET = handlers.get`],
    ['refers to itself', `const a = b\nconst b = a\nexport const GET = a`],
  ])('reports a handler as unclear that %s', (_case, source) => {
    expect(verdicts(withGuard + source)).toEqual({ GET: 'unclear' })
  })

  it('reports an export of everything as unclear', () => {
    expect(verdicts(`export * from './other'`)).toEqual({ '*': 'unclear' })
  })

  it.each([
    ['that the file declares', `const withKey = (v, h) => h`],
    ['from another file', `import { withKey } from './with-key'`],
    ['of the other router', `import { withKey } from 'routekey/next-pages'`],
    ['as a type', `import type { withKey } from 'routekey/next'`],
    ['in a comment', `// import { withKey } from 'routekey/next'`],
    ['in a string', 'const text = `import { withKey } from "routekey/next"`'],
  ])('does not confuse the guard with withKey %s', (_case, statement) => {
    expect(verdicts(`${statement}\nexport const GET = withKey(v, h)`)).toEqual({ GET: 'unclear' })
  })

  it('finds nothing in a file without handlers', () => {
    expect(findHandlers(`export const runtime = 'edge'\nexport type GET = string\nconst POST = 1`, 'app')).toEqual([])
  })

  it('applies an excuse only to the export right after it', () => {
    const source = `// routekey-audit: public, for load balancers\n/** Says so. */\nexport const GET = () => new Response()\n\nexport const POST = () => new Response()\n`
    expect(findHandlers(source, 'app')).toEqual([
      { name: 'GET', verdict: 'open', excuse: 'public, for load balancers' },
      { name: 'POST', verdict: 'open', excuse: null },
    ])
    expect(findHandlers(`// routekey-audit:\nexport const GET = () => 1`, 'app')[0]?.excuse).toBeNull()
  })
})

describe('in a file of pages/api', () => {
  const pages = `import { withKey } from 'routekey/next-pages'\n`
  it.each<[string, object]>([
    [`${pages}export default withKey(v, h)`, { default: 'guarded' }],
    [`${pages}const handler = withKey(v, h)\nexport default handler`, { default: 'guarded' }],
    [`${pages}const handler = withKey(v, h)\nexport { handler as default }`, { default: 'guarded' }],
    [`${withGuard}export default withKey(v, h)`, { default: 'unclear' }],
    [`${pages}export default function handler(request, response) {}`, { default: 'open' }],
    [`${pages}export default async function (request, response) {}`, { default: 'open' }],
    [`${pages}export default async (request, response) => {}`, { default: 'open' }],
    [`${pages}function handler() {}\nexport default handler`, { default: 'open' }],
    [`${pages}export default log(withKey(v, h))`, { default: 'unclear' }],
    [`module.exports = handler`, { default: 'unclear' }],
    [`export const GET = () => 1`, {}],
  ])('finds the handler of %j', (source, expected) => {
    expect(verdicts(source, 'pages')).toEqual(expected)
  })
})

describe('blankNonCode', () => {
  it.each([
    ['a // b\nc', 'a     \nc'],
    ['a /* b\nc */ d', 'a     \n     d'],
    [`'it\\'s' "a'b" x`, `              x`],
    ['`a ${b + `c` + "}"} d` e', '                       e'],
    ['/["\'`/]/g.test(x)', '         .test(x)'],
    ['a / b / c "d"', 'a / b / c    '],
    ['x = /"/; y', 'x =    ; y'],
  ])('keeps only the code of %j', (source, code) => {
    expect(blankNonCode(source)).toBe(code)
  })

  it('keeps the length and the lines of any text, and neither throws nor hangs', () => {
    const piece = fc.constantFrom(
      '"',
      "'",
      '`',
      '${',
      '}',
      '/',
      '*',
      '//',
      '/*',
      '*/',
      '\\',
      '\n',
      'a',
      'export const GET = ',
      'withKey(',
      ')',
      '=>',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        ),
        (source) => {
          const code = blankNonCode(source)
          expect(code).toHaveLength(source.length)
          expect(code.split('\n')).toHaveLength(source.split('\n').length)
          expect(findHandlers(source, 'app').some(({ verdict }) => verdict === 'guarded')).toBe(false)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
