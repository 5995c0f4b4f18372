import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { captureTerminal } from '@routekey/command-line/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { run } from './run.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'routekey-audit-cli-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

async function runIn(...args: readonly string[]) {
  const terminal = captureTerminal()
  const exitCode = await run(args, { ...terminal, cwd: root })
  return { exitCode, printed: terminal.printed(), said: terminal.said() }
}

const open = `import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function POST() {
  await prisma.report.create({})
  return new Response()
}
`

it('prints findings by file with the line and the fix, and exits with 1', async () => {
  write('app/api/a/route.ts', open)
  const { exitCode, printed, said } = await runIn()
  expect(printed).toBe(`app/api/a/route.ts
  3:1 error open-acts (POST /api/a)
    Nothing refuses strangers before it calls create() of @prisma/client.
    3 | export async function POST() {
    fix: Check who calls before anything happens: wrap the handler in withKey of routekey/next, or return 401 without a session.

1 application, 1 handler: 0 guarded, 0 fail open, 1 open and act, 0 open and read, 0 open by design.
1 errors, 0 warnings.
`)
  expect({ exitCode, said }).toEqual({ exitCode: 1, said: 'routekey-audit: One error.\n' })
})

it('exits with 0 for warnings, and for handlers with an excuse', async () => {
  write('app/api/a/route.ts', open.replace('export', '// routekey-audit: public, everyone may add one\nexport'))
  write(
    'app/api/b/route.ts',
    `import { readFile } from 'node:fs/promises'\nexport const GET = async () => new Response(await readFile('x'))`,
  )
  const { exitCode, printed } = await runIn('.')
  expect(exitCode).toBe(0)
  expect(printed).toContain('0 errors, 1 warnings.')
})

it('prints JSON and SARIF', async () => {
  write('app/api/a/route.ts', open)
  const json = JSON.parse((await runIn('--json')).printed)
  expect(json.findings).toMatchObject([
    { rule: 'open-acts', level: 'error', place: { file: 'app/api/a/route.ts', line: 3 } },
  ])
  const sarif = JSON.parse((await runIn('--format', 'sarif')).printed)
  expect(sarif.runs[0].results).toMatchObject([
    {
      ruleId: 'open-acts',
      level: 'error',
      locations: [{ physicalLocation: { artifactLocation: { uri: 'app/api/a/route.ts' }, region: { startLine: 3 } } }],
      partialFingerprints: { 'routekeyAudit/v1': json.findings[0].fingerprint },
    },
  ])
  const rule = sarif.runs[0].tool.driver.rules[sarif.runs[0].results[0].ruleIndex]
  expect(rule.id).toBe('open-acts')
})

it('does not count the findings of a baseline, but new ones', async () => {
  write('app/api/a/route.ts', open)
  expect(await runIn('--write-baseline', 'known.json')).toMatchObject({ exitCode: 0, printed: '' })
  expect(JSON.parse(readFileSync(join(root, 'known.json'), 'utf8')).fingerprints).toHaveLength(1)
  expect((await runIn('--baseline', 'known.json')).exitCode).toBe(0)
  write('app/api/b/route.ts', open)
  const { exitCode, printed } = await runIn('--baseline', 'known.json')
  expect(exitCode).toBe(1)
  expect(printed).not.toContain('app/api/a/route.ts')
})

it.each([
  [['missing'], 'cannot be read'],
  [['.'], 'has no API route'],
  [['--baseline', 'missing.json'], 'Write it with --write-baseline'],
  [['--format', 'xml'], 'Allowed choices are text, json, sarif'],
])('refuses %j with exit code 2', async (args, message) => {
  if (args[0] !== '.') write('app/api/a/route.ts', open)
  const { exitCode, printed, said } = await runIn(...args)
  expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' })
  expect(said).toContain(message)
})

it('refuses a configuration that it does not understand', async () => {
  write('app/api/a/route.ts', open)
  write('routekey-audit.json', '{ "guards": "requireUser" }')
  expect(await runIn()).toMatchObject({ exitCode: 2 })
  write('routekey-audit.json', '{ "guards": ["requireUser"] }')
  expect(await runIn()).toMatchObject({ exitCode: 1 })
})

it('prints a help that fits a terminal', async () => {
  const { printed } = await runIn('--help')
  expect(Math.max(...printed.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})
