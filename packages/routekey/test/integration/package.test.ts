import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { packLibrary } from '../pack-library.ts'

const workspaceDirectory = fileURLToPath(new URL('../../../../', import.meta.url))
const consumer = mkdtempSync(join(tmpdir(), 'routekey-package-'))
let files: string[] = []

const typescript = join(workspaceDirectory, 'node_modules/typescript/bin/tsc')
function runNode(script: string, ...options: string[]): unknown {
  const output = execFileSync(process.execPath, [...options, '--input-type=module', '--eval', script], {
    cwd: consumer,
    encoding: 'utf8',
  })
  return JSON.parse(output)
}

// Tests the tarball, unpacked as npm does, in a project of its own.
beforeAll(() => {
  const tarball = packLibrary(consumer)
  files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const installed = join(consumer, 'node_modules/routekey')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1'], { cwd: installed })
  mkdirSync(join(consumer, 'node_modules/@noble'))
  symlinkSync(join(workspaceDirectory, 'node_modules/@noble/hashes'), join(consumer, 'node_modules/@noble/hashes'))
  mkdirSync(join(consumer, 'node_modules/@types'))
  symlinkSync(join(workspaceDirectory, 'node_modules/@types/node'), join(consumer, 'node_modules/@types/node'))
  symlinkSync(join(workspaceDirectory, 'node_modules/hono'), join(consumer, 'node_modules/hono'))
  writeFileSync(join(consumer, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
})
afterAll(() => {
  rmSync(consumer, { recursive: true, force: true })
})

describe('the package', () => {
  it('contains the build, the SQL, the licence and the readme, and no tests or sources', () => {
    const others = files.filter((file) => !/^package\/dist\/[\w/-]+\.(?:js|cjs|d\.ts|d\.cts)$/.test(file))
    expect(others.toSorted()).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/package.json',
      'package/sql/access.sql',
      'package/sql/grants.sql',
      'package/sql/keys.sql',
      'package/sql/limit.sql',
      'package/sql/owners.sql',
      'package/sql/retention.sql',
      'package/sql/supabase.sql',
      'package/sql/tables.sql',
      'package/sql/usage.sql',
    ])
    expect(files.filter((file) => /\.test\.|(?<!\.d)\.c?ts$/.test(file))).toEqual([])
  })

  it('exports the names of its readme, and no internal module', () => {
    const names = runNode(
      `console.log(JSON.stringify([Object.keys(await import('routekey')), Object.keys(await import('routekey/next'))]))`,
    )
    expect(names).toEqual([
      expect.arrayContaining([
        'RoutekeyError',
        'anyOf',
        'authenticate',
        'denialResponse',
        'envSecret',
        'generateKey',
        'hashKey',
        'parseKey',
      ]),
      ['withKey'],
    ])
    const inner = runNode(
      `console.log(JSON.stringify(await import('routekey/dist/errors.js').catch((error) => error.code)))`,
    )
    expect(inner).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  it('exports the names of its readme from each entry point', () => {
    const entries = {
      'next-pages': ['withKey'],
      'next-proxy': ['guardPaths'],
      hono: ['requireKey'],
      fastify: ['requireKey'],
      'invalid-attempts': ['limitInvalidAttempts'],
      node: ['authenticateNode', 'refuseUpgrade', 'requireKey', 'socketIp', 'withKey'],
      denials: ['denials'],
      'forwarded-ip': ['addressGroup', 'forwardedIp'],
      'generate-sql': ['generateSql'],
      'import-key': ['importKey', 'matchKeys'],
    }
    const webhooks = ['createMemoryReplayStore', 'envWebhook', 'generateWebhookSecret', 'signWebhook', 'verifyWebhook']
    for (const [entry, names] of Object.entries({ ...entries, webhooks })) {
      expect(runNode(`console.log(JSON.stringify(Object.keys(await import('routekey/${entry}'))))`)).toEqual(names)
    }
  })

  it('loads the same modules with require as with import, from each entry point', () => {
    const script = `
      import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const names = Object.keys(require('routekey/package.json').exports).filter((path) => path !== './package.json')
      const same = []
      for (const name of names) {
        const path = 'routekey' + name.slice(1)
        same.push(require(path) === (await import(path)))
      }
      console.log(JSON.stringify(same))`
    expect(runNode(script)).toEqual(Array.from({ length: 16 }, () => true))
  })

  it('loads no other package, reads no environment and starts nothing when it is imported', () => {
    const script = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context) } })
      const reads = [] // without the variable that Node's own loader reads
      process.env = new Proxy(process.env, { get: (env, name) => { if (name !== 'WATCH_REPORT_DEPENDENCIES') reads.push(String(name)); return env[name] } })
      await import('routekey/next')
      await import('routekey')
      console.log(JSON.stringify({
        loaded: [...new Set(loaded.filter((name) => !name.startsWith('.')))].sort(),
        reads,
        active: process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap'),
      }))`
    expect(runNode(script)).toEqual({
      loaded: ['#crypto', 'node:crypto', 'node:zlib', 'routekey', 'routekey/next'],
      reads: [],
      active: [],
    })
  })

  it('hashes without node:crypto in other runtimes than Node.js', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(consumer, 'node_modules/routekey/package.json'), 'utf8'))
    expect(manifest).toMatchObject({
      imports: { '#crypto': { node: './dist/crypto/node.js', default: './dist/crypto/portable.js' } },
    })
    const script = `
      import { readFileSync } from 'node:fs'
      import { registerHooks } from 'node:module'
      const portable = new URL('node_modules/routekey/dist/crypto/portable.js', 'file://${consumer}/').href
      registerHooks({ resolve: (name, context, next) => {
        if (name === '#crypto') return { url: portable, shortCircuit: true }
        if (name === 'node:crypto' && context.parentURL?.includes('/routekey/')) throw new Error('asked for node:crypto')
        return next(name, context)
      } })
      const { authenticate, envSecret, generateKey, hashKey } = await import('routekey')
      const key = generateKey()
      const ask = async (headers) => (await authenticate(new Request('http://localhost/', { headers }), envSecret('S', { env: { S: key } }))).ok
      console.log(JSON.stringify([hashKey('abc'), await ask({ 'x-api-key': key }), await ask({ 'x-api-key': key + '0' })]))`
    expect(runNode(script)).toEqual(['ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', true, false])
  })

  it('type-checks in a strict project that does not skip library checks', () => {
    writeFileSync(
      join(consumer, 'route.ts'),
      `import { anyOf, authenticate, denialResponse, envSecret, type Denial, type SecretCaller } from 'routekey'
       import { requireKey as requireKeyOfHono } from 'routekey/hono'
       import { withKey } from 'routekey/next'
       import { withKey as withKeyOfPages } from 'routekey/next-pages'
       import { guardPaths } from 'routekey/next-proxy'
       import { requireKey } from 'routekey/node'
       import { envWebhook } from 'routekey/webhooks'
       export const adapters = [
         requireKeyOfHono(envWebhook('HOOK')),
         withKeyOfPages(envWebhook('HOOK'), (_request, response, { caller }) => response.status(200).json(caller.id)),
         guardPaths({ '/api': envSecret('A') }),
         requireKey(envSecret('A')).callerOf,
       ]
       const verifier = anyOf(envSecret('A', { query: true }), envSecret('B'))
       export const POST = withKey(verifier, async (request, { caller, params }) => {
         const who: SecretCaller = caller
         return Response.json([who.variable, await params, request.url])
       }, { onDenied: ({ denial }: { denial: Denial }) => { console.warn(denial.code) } })
       export async function GET(request: Request): Promise<Response> {
         const result = await authenticate(request, verifier)
         // @ts-expect-error the caller is there only once the result is known to be good
         void result.caller
         return result.ok ? new Response(result.caller.generation) : denialResponse(result.denial)
       }
      `,
    )
    writeFileSync(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: 'es2023',
          module: 'nodenext',
          types: ['node'],
          skipLibCheck: false,
        },
        include: ['route.ts'],
      }),
    )
    const compiled = spawnSync(process.execPath, [typescript, '-p', consumer], { encoding: 'utf8' })
    expect(compiled.stdout).toBe('')
    expect(compiled.status).toBe(0)
  })

  it('runs its command line without the packages that it was built with, and has the licence of the bundled one', () => {
    const bin = join(consumer, 'node_modules/routekey/dist/cli/bin.js')
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
    const printed = spawnSync(bin, ['generate', '--print'], { cwd: consumer, encoding: 'utf8', env })
    expect(printed).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^rk_[0-9A-Za-z]{49}\n$/) })
    const wrong = spawnSync(bin, ['generate', '--nonsense'], { cwd: consumer, encoding: 'utf8', env })
    expect(wrong).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('--nonsense') })
    expect(spawnSync(bin, ['--version'], { cwd: consumer, encoding: 'utf8', env }).stdout).toBe('0.1.0\n')
    expect(readFileSync(bin, 'utf8')).toContain('Copyright (c) 2011 TJ Holowaychuk')
  })

  it('uses --env-file itself, although Node.js has an option of that name', () => {
    const bin = join(consumer, 'node_modules/routekey/dist/cli/bin.js')
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
    const options = { cwd: consumer, encoding: 'utf8', env } as const
    expect(spawnSync(bin, ['generate', 'A', '--env-file', '.env.new'], options)).toMatchObject({
      status: 0,
      stdout: '',
    })
    expect(spawnSync(bin, ['generate', 'B', '--env-file=.env.new'], options)).toMatchObject({ status: 0, stdout: '' })
    const file = join(consumer, '.env.new')
    expect(Object.keys(parseEnv(readFileSync(file, 'utf8')))).toEqual(['A', 'B'])
    rmSync(file)
  })

  it('loses no secret if several commands write to one file at once', async () => {
    const bin = join(consumer, 'node_modules/routekey/dist/cli/bin.js')
    const names = Array.from({ length: 8 }, (_, index) => `SECRET_${index}`)
    const run = async (name: string) => {
      const child = spawn(process.execPath, ['--', bin, 'generate', name, '--env-file', '.env.many'], {
        cwd: consumer,
        stdio: 'ignore',
      })
      const [exitCode] = await once(child, 'exit')
      return exitCode === 0 ? [name] : []
    }
    const written = (await Promise.all(names.map(run))).flat()
    expect(written.length).toBeGreaterThan(0)
    expect(Object.keys(parseEnv(readFileSync(join(consumer, '.env.many'), 'utf8'))).toSorted()).toEqual(
      written.toSorted(),
    )
    expect(readdirSync(consumer).filter((name) => name.startsWith('.env'))).toEqual(['.env.many'])
  })
})
