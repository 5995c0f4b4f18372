// Runs every block of code in the READMEs and guides. A comment `<!-- test: … -->` before a block says what its name cannot: the
// requests to what it serves, the statuses that a shell prints, or why it is not run here. `tools/repository/check-snippets.test.ts` checks the
// types.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

import { buildPackages } from '@routekey/tools/build-if-stale'
import { installRuntimes } from '@routekey/tools/install-runtimes'
import { type Block, documents, readBlocks } from '@routekey/tools/read-blocks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { authenticate, envSecret } from '../../../src/index.ts'
import { type BlockAnswer, type DocumentProject, createDocumentProject, isNextFile } from './document-project.ts'
import { type DocumentServices, startDocumentServices } from './document-services.ts'

let services: DocumentServices
const problem = await installRuntimes()
beforeAll(async () => {
  await buildPackages()
  services = await startDocumentServices()
}, 300_000)
afterAll(async () => {
  await services.stop()
})

/** The requests of a note, such as `GET /a, GET /b`. */
const requestsIn = (note: string | null) => note?.match(/\b(?:GET|POST|WebSocket) \/[^\s,]*/g) ?? []

/** Expects that a request is refused without a key, and that exactly one of the project's keys lets it in. */
function expectGuarded({ line, refused, accepted }: BlockAnswer): void {
  expect(refused.length, `${line} is served`).toBeGreaterThan(0)
  for (const [index, status] of refused.entries()) {
    expect(status, line).toBe(401)
    const statuses = accepted.map((answers) => answers[index])
    expect(statuses.filter((answer) => answer === 401 || answer === 400)).toHaveLength(accepted.length - 1)
    expect(statuses.filter((answer) => answer === 101 || (answer !== undefined && answer < 300))).toHaveLength(1)
  }
}

/** Tests a file of Next.js by requests to the built application. */
async function runNextFile({ path, code, note }: Block, project: DocumentProject): Promise<void> {
  const url = `/${path?.replace(/^(?:app|pages)\//, '/').replace(/(?:\/route)?\.tsx?$/, '')}`.replace('//', '/')
  const methods = [...code.matchAll(/^export const (GET|POST|PUT|OPTIONS)\b/gm)].map(([, method]) => `${method} ${url}`)
  const own = code.includes('export default') ? [`GET ${url}`] : methods
  const lines = note === null ? own : requestsIn(note)
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) {
    const answer = await project.requestNext(line)
    if (code.includes('// routekey-audit: public')) expect(answer.refused[0], line).toBeLessThan(300)
    else expectGuarded(answer)
  }
}

async function runModule(block: Block, project: DocumentProject): Promise<void> {
  if (block.path !== null && isNextFile(block.path)) return runNextFile(block, project)
  const requests = requestsIn(block.note)
  if (block.note?.startsWith('in workerd')) {
    expect(requests.length).toBeGreaterThan(0)
    for (const line of requests) expectGuarded(await project.requestWorker(block, line))
    return
  }
  const report = await project.runModule(block, requests)
  const isServer = requests.length > 0 || block.note === 'starts servers without keys'
  expect(report.hasServer, 'A block that serves something has a note with its requests.').toBe(isServer)
  for (const answer of report.answers) expectGuarded(answer)
}

async function runShell({ code, note }: Block, project: DocumentProject, document: string): Promise<void> {
  const { status, output } = await project.runShell(code, services.shellVariables(document))
  expect(status, output).toBe(0)
  const statuses = [...output.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, answer]) => answer)
  expect(statuses).toEqual(note?.match(/\d{3}/g) ?? [])
}

/** How blocks of output are tested, by their note. */
const outputs: Readonly<Record<string, (code: string, project: DocumentProject) => Promise<void>>> = {
  async 'the log of an unset secret'(code) {
    const lines: string[] = []
    const verifier = envSecret('API_ROUTE_SECRET', { env: {}, logger: { error: (line) => lines.push(line) } })
    await authenticate(new Request('http://localhost/'), verifier)
    await authenticate(new Request('http://localhost/'), verifier)
    expect(code).toBe(`${lines.join('\n')}\n`)
  },
  async 'the folders of the repository'(code) {
    const folders = code.match(/^\S+/gm) ?? []
    expect(folders.length).toBeGreaterThan(5)
    for (const folder of folders)
      expect(existsSync(new URL(`../../../../../${folder}`, import.meta.url)), folder).toBe(true)
  },
  async 'the commands of stripe-customers'(code, project) {
    const commands = code.match(/(?<=customers |\| )[a-z]+/g) ?? []
    const options = code.match(/--[a-z-]+/g) ?? []
    const { output } = await project.runShell(
      ['', ...commands].map((command) => `npx stripe-customers ${command} --help`).join('\n'),
    )
    expect(commands.length).toBeGreaterThan(5)
    for (const word of [...commands, ...options]) expect(output).toContain(word)
  },
}

async function compareOutput({ code, note }: Block, project: DocumentProject): Promise<void> {
  const compare = outputs[note ?? '']
  expect(compare, 'A block of output has a note that this test knows.').toBeDefined()
  await compare?.(code, project)
}

const runners: Readonly<Record<string, (block: Block, project: DocumentProject, document: string) => Promise<void>>> = {
  ts: runModule,
  js: runModule,
  mjs: runModule,
  sh: runShell,
  sql: async ({ code }) => services.tryStatements(code),
  json: async ({ code }) => void JSON.parse(code),
  '': compareOutput,
}

/** Programs that blocks of a shell use, and the Debian packages that have them. */
const programs = { curl: 'curl', psql: 'postgresql-client' }

/** Returns what a block needs and this machine does not have, or null. */
function findObstacle({ language, code, note }: Block): string | null {
  if (note?.startsWith('in workerd')) return problem
  if (language !== 'sh') return null
  for (const [program, name] of Object.entries(programs)) {
    if (new RegExp(`\\b${program}\\b`).test(code) && spawnSync(program, ['--version']).status !== 0)
      return `The block needs ${program}. Install it (Debian: apt-get install ${name}).`
  }
  return null
}

const isRun = ({ note }: Block) => !/^(?:not run|run by)\b/.test(note ?? '')

it('has a reason for each block that is not run, or another test that runs it', () => {
  const notes = documents.flatMap((document) => readBlocks(document).filter((block) => !isRun(block)))
  const wrong = notes.filter(({ note }) => {
    const [, test] = /^run by (\S+)$/.exec(note ?? '') ?? []
    if (test === undefined) return !/^not run, .{10}/.test(note ?? '')
    return !readFileSync(new URL(`../../../../../${test}`, import.meta.url), 'utf8').includes('readBlocks(')
  })
  expect(wrong).toEqual([])
})

for (const document of documents.filter((name) => readBlocks(name).some(isRun))) {
  describe(`the blocks of ${document}`, () => {
    let project: DocumentProject
    beforeAll(async () => {
      project = await createDocumentProject(document, services.variablesOf(document))
    })
    afterAll(async () => {
      await project.stop()
    })

    for (const block of readBlocks(document).filter(isRun)) {
      // The first request builds the application.
      it(
        `line ${block.line}: ${block.path ?? (block.language || 'output')}`,
        { timeout: 300_000 },
        async ({ skip }) => {
          const obstacle = findObstacle(block)
          skip(obstacle !== null, obstacle ?? '')
          const runner = runners[block.language]
          expect(runner, `Nothing runs ${block.language}. Add a runner, or a note that says why not.`).toBeDefined()
          await runner?.(block, project, document)
        },
      )
    }
  })
}
