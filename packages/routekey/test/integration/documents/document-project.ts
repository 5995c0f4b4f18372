import { fork, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'

import { findWorkerd } from '@routekey/tools/install-runtimes'
import { type Block, readBlocks } from '@routekey/tools/read-blocks'

import { generateKey } from '../../../src/index.ts'
import { generateWebhookSecret, signWebhook } from '../../../src/webhooks/index.ts'
import { startNextServer } from '../adapters/next-server.ts'
import { bundle } from '../runtimes/bundle.ts'
import { startWorkerd } from '../runtimes/start-workerd.ts'
import { installPacked } from './install-packed.ts'
import { nextConfig, npm, ownFiles } from './own-files.ts'

const projects = fileURLToPath(new URL('projects', import.meta.url))

/** Whether Next.js serves a file of this path, or runs it. */
export const isNextFile = (path: string): boolean => /^(?:app|pages)\/|^proxy\.ts$/.test(path)

/** The body of each request: the notification of a database. */
const notification = (id = '') =>
  JSON.stringify({ type: 'INSERT', table: 'profiles', schema: 'public', record: { id }, old_record: null })

const fileOf = ({ path, line, language }: Block) => path ?? `blocks/line-${line}.${language}`

export interface ShellResult {
  readonly status: number | null
  readonly output: string
}

/** What a block answered without a key, and with each of the keys that the project knows. */
export interface BlockAnswer {
  readonly line: string
  /** Statuses without a key, one for each server of the block. */
  readonly refused: readonly number[]
  /** The same with each of the keys. */
  readonly accepted: readonly (readonly number[])[]
}

interface BlockReport {
  readonly hasServer: boolean
  readonly answers: readonly BlockAnswer[]
}

/** The project of a reader who copies every block of a document, with the packed packages installed. */
export interface DocumentProject {
  readonly blocks: readonly Block[]
  /** Runs a block as a module, and sends the requests to what it serves. */
  runModule(block: Block, requests: readonly string[]): Promise<BlockReport>
  /** Sends a request to the built Next.js application: without a key, and with each one. */
  requestNext(line: string): Promise<BlockAnswer>
  /** Sends a request to a block that is a worker, in workerd, as `requestNext` does. */
  requestWorker(block: Block, line: string): Promise<BlockAnswer>
  /** Runs a block in a new shell, with further variables. */
  runShell(code: string, more?: Readonly<Record<string, string>>): Promise<ShellResult>
  stop(): Promise<void>
}

/** Sends a request without a key, and with each of several. */
async function request(
  origin: string,
  line: string,
  { body, credentials }: { body: string; credentials: readonly Readonly<Record<string, string>>[] },
): Promise<BlockAnswer> {
  const [method = '', path = ''] = line.split(' ')
  const ask = async (headers: Readonly<Record<string, string>>) =>
    (await fetch(origin + path, { method, headers, ...(method !== 'GET' && { body }) })).status
  const refused = await ask({})
  const accepted = await Promise.all(credentials.map((headers) => ask(headers)))
  return { line, refused: [refused], accepted: accepted.map((status) => [status]) }
}

/** Creates the project of a document. `variables` are those of its shell and its application. */
export async function createDocumentProject(
  document: string,
  variables: Readonly<Record<string, string>>,
): Promise<DocumentProject> {
  const directory = join(projects, document.replaceAll('/', '_'))
  rmSync(directory, { recursive: true, force: true })
  const blocks = readBlocks(document)
  // Those of another test are for another version of the framework, whose files exclude each other.
  const scripts = blocks.filter(({ language, note }) => /^[jt]sx?$/.test(language) && !note?.startsWith('run by'))
  const write = (path: string, content: string, mode = 0o644) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content, { mode })
  }
  for (const [path, content] of Object.entries(ownFiles)) write(path, content)
  for (const block of scripts) write(fileOf(block), block.code)
  const hasConfig = scripts.some(({ path }) => path === 'next.config.mjs')
  if (hasConfig) renameSync(join(directory, 'next.config.mjs'), join(directory, 'readers.config.mjs'))
  write('next.config.mjs', nextConfig(hasConfig ? "import readers from './readers.config.mjs'" : 'const readers = {}'))
  write('shims/npm', npm, 0o755)
  mkdirSync(join(directory, 'supabase/migrations'), { recursive: true })
  await installPacked(directory, 'routekey', 'routekey')
  await installPacked(directory, 'stripe-customers', '@routekey/stripe-customers')

  const PATH = [join(directory, 'shims'), dirname(process.execPath), process.env['PATH']].join(':')
  const secrets = {
    API_ROUTE_SECRET: generateKey(),
    CRON_SECRET: generateKey(),
    PARTNER_WEBHOOK_SECRET: generateWebhookSecret(),
    ...variables,
  }
  /** As an application has them: what the document's commands wrote to `.env.local` comes first. */
  const environment = (): NodeJS.ProcessEnv => {
    const file = join(directory, '.env.local')
    return {
      NODE_ENV: 'production',
      ...secrets,
      ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}),
      PATH,
    }
  }
  const body = notification(variables['USER_ID'])
  const credentialsOf = (env: Readonly<Record<string, string | undefined>>) => {
    const { API_ROUTE_SECRET = '', CRON_SECRET = '', USER_KEY = '', PARTNER_WEBHOOK_SECRET = '' } = env
    const webhook = { id: `msg_${randomUUID()}`, body, secrets: [PARTNER_WEBHOOK_SECRET] }
    return [
      ...[API_ROUTE_SECRET, CRON_SECRET, USER_KEY].map((key) => ({ 'x-api-key': key })),
      { ...signWebhook(webhook) },
    ]
  }

  const start = async () => {
    const env = Object.fromEntries(Object.entries(environment()).map(([name, value = '']) => [name, value]))
    return { ...(await startNextServer({ directory, env, buildEnv: env, readyPath: '/' })), env }
  }
  let server: ReturnType<typeof start> | undefined
  const startNext = () => (server ??= start())

  return {
    blocks,
    async runModule(block, requests) {
      const input = JSON.stringify({ file: fileOf(block), requests, body, credentials: credentialsOf(environment()) })
      const child = fork(join(import.meta.dirname, 'run-block.mjs'), [input], {
        cwd: directory,
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (output += String(part)))
      let report: BlockReport | undefined
      child.on('message', (message: BlockReport) => (report = message))
      await once(child, 'close')
      if (report === undefined) throw new Error(output)
      return report
    },
    async requestNext(line) {
      const { origin, env } = await startNext()
      return request(origin, line, { body, credentials: credentialsOf(env) })
    },
    async requestWorker(block, line) {
      const code = await bundle(join(directory, fileOf(block)), 'esm')
      const worker = await startWorkerd(findWorkerd(), code, environment()['API_ROUTE_SECRET'])
      try {
        return await request(worker.origin, line, { body, credentials: credentialsOf(environment()) })
      } finally {
        await worker.stop()
      }
    },
    async runShell(code, more = {}) {
      const origin = code.includes('localhost:3000') ? (await startNext()).origin : ''
      const script = code.replaceAll('localhost:3000', origin.replace('http://', ''))
      const env = { NODE_ENV: 'production' as const, ...variables, PATH, HOME: directory, ...more }
      const child = spawn('bash', ['--norc', '-eo', 'pipefail', '-c', script], { cwd: directory, env })
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
      return { status: child.exitCode, output: stdout + stderr }
    },
    async stop() {
      await (await server)?.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
