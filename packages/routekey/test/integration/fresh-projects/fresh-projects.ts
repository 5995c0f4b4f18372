import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEnv } from 'node:util'

import { installPackages } from '@routekey/tools/install-runtimes'

import manifest from '../../../package.json' with { type: 'json' }
import { packLibrary } from '../../pack-library.ts'

const { devDependencies: pinned } = manifest
const react = { react: '19.3.1', 'react-dom': '19.3.1' }

/** The packages of each project beside the library. Those that the library is developed with have the same versions here. */
const projects = {
  'next-15': { next: '15.5.29', ...react },
  'next-16': { next: pinned.next, ...react },
  'express-4': { express: '4.22.1', '@types/express': '4.17.25' },
  'express-5': { express: pinned.express, '@types/express': pinned['@types/express'] },
  fastify: { fastify: pinned.fastify },
  hono: { hono: pinned.hono, '@hono/node-server': pinned['@hono/node-server'] },
  worker: { hono: pinned.hono, '@cloudflare/workers-types': '5.20261117.1' },
  jest: { hono: pinned.hono, jest: '30.5.2', 'ts-jest': '29.4.15', '@types/jest': '30.0.0' },
}
/** The last TypeScript that has `moduleResolution: node10`, and the types of Node.js and React. */
const forTypes = { typescript: '5.9.3', '@types/node': '24.19.2', '@types/react': '19.3.0' }
const modules: readonly string[] = ['express-5', 'fastify', 'hono', 'worker']

/** The names to import the library by. */
export const entryPoints = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => `routekey${path.slice(1)}`)

/** Projects that have installed the packed library, each with the packages of a framework. npm installs all of them at once. */
export interface FreshProjects {
  readonly directory: string
  readonly tarball: string
  /** Why npm could not install them, or null. */
  readonly problem: string | null
  remove(): void
}

/** Creates the projects. */
export async function createFreshProjects(): Promise<FreshProjects> {
  const directory = mkdtempSync(join(tmpdir(), 'routekey-fresh-'))
  const tarball = packLibrary(directory)
  const workspaces = Object.entries(projects).map(([name, dependencies]) => {
    const type = modules.includes(name) ? 'module' : undefined
    const contents = { name, private: true, type, dependencies: { ...dependencies, routekey: `file:${tarball}` } }
    write(join(directory, name, 'package.json'), JSON.stringify(contents))
    return name
  })
  write(join(directory, 'package.json'), JSON.stringify({ private: true, workspaces, devDependencies: forTypes }))
  const problem = await installPackages(directory)
  return { directory, tarball, problem, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** Writes a file, and creates its folder. */
export function write(path: string, contents: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
}

const environment = {
  NODE_ENV: 'production' as const,
  PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
  HOME: process.env['HOME'],
  NEXT_TELEMETRY_DISABLED: '1',
}

/** Runs commands as a person types them in a shell that knows nothing of the project. */
export async function runCommands(cwd: string, commands: string) {
  const child = spawn('sh', ['-ec', `unset NODE_ENV\n${commands}`], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { exitCode: child.exitCode, stdout, stderr, output: `${stdout}${stderr}` }
}

/** The secret that `npx routekey generate` wrote. */
export function readSecret(cwd: string): string {
  return parseEnv(readFileSync(join(cwd, '.env.local'), 'utf8'))['API_ROUTE_SECRET'] ?? ''
}

/** Starts a server with Node.js, waits until it answers, and stops it after `work`. */
export async function withServer<Result>(
  cwd: string,
  args: readonly string[],
  origin: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const child = spawn(process.execPath, args, { cwd, env: environment })
  const exited = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (output += part))
  try {
    const deadline = Date.now() + 60_000
    while (!(await answers(origin))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The server did not start:\n${output}`)
      await sleep(50)
    }
    return await work()
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

const answers = (origin: string) =>
  fetch(origin).then(
    (response) => response.text().then(() => true),
    () => false,
  )
