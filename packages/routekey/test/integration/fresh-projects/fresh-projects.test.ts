import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { findFreePort } from '@routekey/sandbox'
import { findWorkerd, installRuntimes } from '@routekey/tools/install-runtimes'
import { type Block, readBlocks } from '@routekey/tools/read-blocks'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { bundle } from '../runtimes/bundle.ts'
import { startWorkerd } from '../runtimes/start-workerd.ts'
import {
  type FreshProjects,
  createFreshProjects,
  entryPoints,
  readSecret,
  runCommands,
  withServer,
  write,
} from './fresh-projects.ts'

const blocks = readBlocks('packages/routekey/README.md')

function findCode(isWanted: (block: Block) => boolean): string {
  const [found, ...others] = blocks.filter(isWanted)
  if (found === undefined || others.length > 0) throw new Error(`The README has no block, or two: ${String(isWanted)}`)
  return found.code
}

const codeOfFile = (name: string) => findCode(({ path }) => path === name)
const codeWith = (text: string) => findCode(({ path, code }) => path === null && code.includes(text))

let projects: FreshProjects
beforeAll(async () => {
  projects = await createFreshProjects()
}, 600_000)
beforeEach(({ skip }) => skip(projects.problem !== null, projects.problem ?? ''))
afterAll(() => projects.remove())

// Far more than a build takes, also on a slow machine with other work.
const options = { timeout: 600_000 }
const generate = /^npx routekey generate$/m.exec(codeWith('npm install routekey'))?.[0] ?? ''
const firstRequests = codeWith('curl -i')
const at = (...names: string[]) => join(projects.directory, ...names)

/** Sends a request without the key, with a wrong key and with the right one. Returns the statuses, and the last body. */
async function ask(address: string, secret: string, init: RequestInit = {}) {
  const send = (headers: Record<string, string>) => fetch(address, { ...init, headers })
  const responses = [
    await send({}),
    await send({ 'x-api-key': `${secret}0` }),
    await send({ authorization: `Bearer ${secret}` }),
  ]
  const [, , body = ''] = await Promise.all(responses.map((response) => response.text()))
  return [...responses.map(({ status }) => status), body]
}

const guarded = (body: unknown) => [401, 401, 200, body]

describe.each([
  ['next-15', 'middleware.ts', 'node'],
  ['next-16', 'proxy.ts', 'bundler'],
] as const)('%s', options, (name, proxy, moduleResolution) => {
  async function buildAndAsk() {
    expect(await runCommands(at(name), 'npx next build')).toMatchObject({ exitCode: 0 })
    const port = await findFreePort()
    const origin = `http://127.0.0.1:${port}`
    const next = createRequire(at(name, 'package.json')).resolve('next/dist/bin/next')
    const secret = readSecret(at(name))
    return withServer(at(name), [next, 'start', '-p', `${port}`, '-H', '127.0.0.1'], origin, async () => ({
      curl: (await runCommands(at(name), firstRequests.replaceAll('localhost:3000', `127.0.0.1:${port}`))).stdout,
      app: await ask(`${origin}/api/create-stripe-customer`, secret, { method: 'POST', body: '1' }),
      pages: await ask(`${origin}/api/reports`, secret),
      proxy: await ask(`${origin}/api/internal/open`, secret),
    }))
  }
  const expected = {
    curl: expect.stringMatching(/^HTTP\/1.1 401 [^]*HTTP\/1.1 200 [^]*\{"received":\{\}\}$/),
    app: guarded('{"received":1}'),
    pages: guarded('{"from":"API_ROUTE_SECRET"}'),
    proxy: guarded('{"isOneCopy":true}'),
  }

  it('runs the README in the root of the project', async () => {
    for (const file of ['app/api/create-stripe-customer/route.ts', 'pages/api/reports.ts', proxy])
      write(at(name, file), codeOfFile(file))
    // Behind the proxy. Tells whether the bundler loads one copy of the library for `import` and `require`.
    write(
      at(name, 'app/api/internal/open/route.ts'),
      `import { authenticate } from 'routekey'\n
       export const dynamic = 'force-dynamic'
       export const GET = () => Response.json({ isOneCopy: authenticate === require('routekey').authenticate })\n`,
    )
    expect((await runCommands(at(name), generate)).output).toMatch(/^Created \.env\.local/)
    expect(await buildAndAsk()).toEqual(expected)
  })

  it('compiles with the settings that Next.js writes', async () => {
    const written: unknown = JSON.parse(readFileSync(at(name, 'tsconfig.json'), 'utf8'))
    expect(written).toMatchObject({ compilerOptions: { moduleResolution } })
    expect(await runCommands(at(name), 'npx tsc -p .')).toMatchObject({ exitCode: 0, output: '' })
  })

  it('runs the README in src/', async () => {
    mkdirSync(at(name, 'src'))
    for (const file of ['app', 'pages', proxy]) renameSync(at(name, file), at(name, 'src', file))
    expect(await buildAndAsk()).toEqual(expected)
  })

  it('finds a file that never runs with npx routekey audit', async () => {
    write(at(name, 'proxy.ts'), codeOfFile('proxy.ts'))
    const { exitCode, stderr } = await runCommands(at(name), 'npx routekey audit')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('proxy.ts never runs. Move it to src/'),
    })
    expect(stderr.includes('never runs in Next.js 15')).toBe(name === 'next-15')
    rmSync(at(name, 'proxy.ts'))
  })
})

/** Writes the README's code that has this text, with free ports instead of its own, and the secret. */
async function writeServer(name: string, text: string, file = 'server.ts') {
  const ports = [await findFreePort(), await findFreePort()]
  const code = codeWith(text).replaceAll(/\b300([01])\b/g, (_, index: string) => `${ports[Number(index)]}`)
  write(at(name, file), code)
  expect((await runCommands(at(name), generate)).output).toMatch(/^Created \.env\.local/)
  const [origin = '', other = ''] = ports.map((port) => `http://127.0.0.1:${port}`)
  return { origin, other, secret: readSecret(at(name)) }
}

const serve = <Result>(name: string, file: string, origin: string, work: () => Promise<Result>) =>
  withServer(at(name), ['--env-file=.env.local', file], origin, work)

describe('servers', options, () => {
  const express = `from 'express'`
  const whoami = guarded('{"kind":"secret","variable":"API_ROUTE_SECRET","generation":"current"}')

  it('runs the README in Express 5', async () => {
    const { origin, other, secret } = await writeServer('express-5', express)
    await serve('express-5', 'server.ts', origin, async () => {
      expect(await ask(`${origin}/internal/whoami`, secret)).toEqual(whoami)
      expect(await ask(other, secret)).toEqual(guarded('API_ROUTE_SECRET'))
    })
  })

  it('runs the README in Express 4, compiled to CommonJS', async () => {
    const { origin, other, secret } = await writeServer('express-4', express)
    const flags =
      '--module commonjs --moduleResolution node10 --esModuleInterop --strict --skipLibCheck --target es2022'
    expect((await runCommands(at('express-4'), `npx tsc server.ts ${flags}`)).output).toBe('')
    expect(readFileSync(at('express-4/server.js'), 'utf8')).toContain('require("routekey")')
    await serve('express-4', 'server.js', origin, async () => {
      expect(await ask(`${origin}/internal/whoami`, secret)).toEqual(whoami)
      expect(await ask(other, secret)).toEqual(guarded('API_ROUTE_SECRET'))
    })
  })

  it('runs the README in Fastify', async () => {
    const { origin, secret } = await writeServer('fastify', `from 'routekey/fastify'`)
    await serve('fastify', 'server.ts', origin, async () => {
      expect(await ask(`${origin}/whoami`, secret)).toEqual(whoami)
    })
  })

  it('runs the README in Hono', async () => {
    const { origin, secret } = await writeServer('hono', `from 'routekey/hono'`, 'app.ts')
    const listen = `serve({ fetch: app.fetch, hostname: '127.0.0.1', port: ${new URL(origin).port} })`
    write(at('hono/server.ts'), `import { serve } from '@hono/node-server'\nimport app from './app.ts'\n\n${listen}\n`)
    await serve('hono', 'server.ts', origin, async () => {
      const from = guarded('{"from":"API_ROUTE_SECRET"}')
      expect(await ask(`${origin}/reports`, secret)).toEqual(from)
      expect(await ask(`${origin}/internal/whoami`, secret)).toEqual(from)
    })
  })

  it.for(['src/worker.ts', 'src/fetch-worker.ts'])('runs %s of the README in a Worker', async (file, { skip }) => {
    write(at('worker', file), codeOfFile(file))
    const secret = (await runCommands(at('worker'), `${generate} --print`)).stdout.trim()
    const problem = await installRuntimes()
    skip(problem !== null, problem ?? '')
    const worker = await startWorkerd(findWorkerd(), await bundle(at('worker', file), 'esm'), secret)
    try {
      expect(await ask(`${worker.origin}/reports`, secret)).toEqual(guarded('{"from":"API_ROUTE_SECRET"}'))
    } finally {
      await worker.stop()
    }
  })
})

describe('types', options, () => {
  it.each([
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['node10', 'esnext'],
  ])('compiles all of that, and every entry point, with moduleResolution %s', async (moduleResolution, module) => {
    const imports = entryPoints.map((path, index) => `import * as entry${index} from '${path}'\n`).join('')
    const names = entryPoints.map((_, index) => `Object.keys(entry${index})`).join(', ')
    for (const name of ['express-4', 'express-5'])
      write(at(name, 'entries.ts'), `${imports}export const names: string[][] = [${names}]\n`)

    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: ['node'],
      jsx: 'preserve',
      strict: true,
      esModuleInterop: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      noEmit: true,
    }
    const exclude = ['**/node_modules', '**/.next', 'jest', 'staging', 'worker']
    write(at('tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*/**/*.ts'], exclude }))
    expect(await runCommands(projects.directory, 'npx tsc -p .')).toMatchObject({ exitCode: 0, output: '' })

    // What `wrangler types` writes.
    write(at('worker/env.d.ts'), 'declare namespace Cloudflare { interface Env { API_ROUTE_SECRET: string } }\n')
    const forWorkers = { ...compilerOptions, lib: ['es2023'], types: ['@cloudflare/workers-types'] }
    write(at('worker/tsconfig.json'), JSON.stringify({ compilerOptions: forWorkers }))
    expect(await runCommands(at('worker'), 'npx tsc -p .')).toMatchObject({ exitCode: 0, output: '' })
  })
})

describe('Jest', options, () => {
  it('loads every entry point with its defaults', async () => {
    write(
      at('jest/entries.test.js'),
      `test.each(${JSON.stringify(entryPoints)})('%s', (path) => {
         expect(Object.keys(require(path))).not.toEqual([])
       })
       test('SQL', () => expect(require('routekey/generate-sql').generateSql()).toContain('create table'))`,
    )
    const { exitCode, output } = await runCommands(at('jest'), 'npx jest entries.test.js')
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining(`${entryPoints.length + 1} passed`),
    })
  })

  it('tests a route of the README with ts-jest', async () => {
    const route = 'app/api/create-stripe-customer/route.ts'
    write(at('jest', route), codeOfFile(route))
    write(
      at('jest/route.test.ts'),
      `import { generateKey } from 'routekey'
       import { POST } from './${route.replace('.ts', '')}'

       const secret: string = generateKey()
       process.env.API_ROUTE_SECRET = secret
       const ask = async (headers: Record<string, string>): Promise<number> =>
         (await POST(new Request('http://localhost/', { method: 'POST', body: '{}', headers }), { params: Promise.resolve({}) })).status

       test('refuses and accepts', async () => {
         expect([await ask({}), await ask({ 'x-api-key': secret })]).toEqual([401, 200])
       })`,
    )
    const types = ['node', 'jest']
    const compilerOptions = { module: 'commonjs', moduleResolution: 'node10', target: 'es2022', strict: true, types }
    write(at('jest/tsconfig.json'), JSON.stringify({ compilerOptions }))
    const { exitCode, output } = await runCommands(at('jest'), 'npx jest --preset ts-jest route.test.ts')
    expect({ exitCode, output }).toMatchObject({ exitCode: 0, output: expect.stringContaining('1 passed') })
  })
})

it('is installed without a warning', options, async () => {
  write(at('empty/package.json'), '{ "private": true }')
  const { exitCode, output } = await runCommands(
    at('empty'),
    `npm install --prefer-offline --no-workspaces ${projects.tarball}`,
  )
  expect(exitCode).toBe(0)
  expect(output).not.toMatch(/warn/i)
})
