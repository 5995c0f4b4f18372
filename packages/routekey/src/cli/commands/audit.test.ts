import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

import { expect, it } from 'vitest'

import { useDirectory } from '../cli-fixture.ts'

const { at, run, write: writeFile } = useDirectory()

function write(file: string, source: string): void {
  mkdirSync(dirname(at(file)), { recursive: true })
  writeFile(source, file)
}

const guarded = `import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { writeFile } from 'node:fs/promises'
export const POST = withKey(envSecret('S'), async () => { await writeFile('x', 'y'); return new Response() })
`
const open = `import { writeFile } from 'node:fs/promises'
export const POST = async () => { await writeFile('x', 'y'); return new Response() }
`

it('exits with 1 if a handler is open and acts', async () => {
  write('app/api/guarded/route.ts', guarded)
  write('app/api/open/route.ts', open)
  const { exitCode, printed, said } = await run('audit')
  expect({ exitCode, said }).toEqual({ exitCode: 1, said: 'routekey: One error.\n' })
  expect(printed).toContain('error open-acts (POST /api/open)')
  expect(printed).toContain('1 guarded')
})

it('exits with 0 if every handler is guarded, in src/ and in a named directory', async () => {
  write('web/src/app/api/route.ts', guarded)
  expect(await run('audit', 'web')).toMatchObject({ exitCode: 0, said: '' })
})

it('prints JSON', async () => {
  write('app/api/route.ts', open)
  const { exitCode, printed } = await run('audit', '--json')
  expect(exitCode).toBe(1)
  expect(JSON.parse(printed)).toMatchObject({ findings: [{ rule: 'open-acts', handlers: ['POST /api'] }] })
})

it('does not report success for a directory without routes', async () => {
  const { exitCode, said } = await run('audit')
  expect(exitCode).toBe(2)
  expect(said).toContain('has no API route')
})
