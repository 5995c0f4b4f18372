import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { beforeAll, expect, it } from 'vitest'

import { buildPackages } from '@routekey/tools/build-if-stale'
import { findRuntime, installRuntimes } from '@routekey/tools/install-runtimes'
import { type ScenarioServer, adapterScenarios, scenarioEnvironment } from '../adapters/adapter-scenarios.ts'

const problem = await installRuntimes()
beforeAll(async () => {
  await buildPackages()
})

const runtimes = [
  { name: 'deno', options: ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual'] },
  { name: 'bun', options: ['run'] },
] as const

/** Serves the built library in another runtime. */
async function start(program: string, options: readonly string[], framework: string): Promise<ScenarioServer> {
  const child = spawn(program, [...options, 'scenario-server.mjs', framework], {
    cwd: import.meta.dirname,
    env: { NODE_ENV: 'production', HOME: process.env['HOME'], DENO_NO_UPDATE_CHECK: '1', ...scenarioEnvironment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const stop = async () => {
    child.kill('SIGKILL')
    await exited
  }
  for await (const line of createInterface(child.stdout)) {
    const port = /^port (\d+)$/.exec(line)?.[1]
    if (port !== undefined) return { origin: `http://127.0.0.1:${port}`, base: '', stop }
  }
  throw new Error(`The server did not start: ${errors}`)
}

for (const { name, options } of runtimes) {
  const program = findRuntime(name)
  const obstacle = program === null ? (problem ?? `npm has no ${name} for this platform.`) : null
  it(`is loaded once by import and require in ${name}`, ({ skip }) => {
    skip(obstacle !== null, obstacle ?? '')
    const { stdout, stderr } = spawnSync(program ?? '', [...options, 'one-copy.mjs'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    })
    expect({ stdout, stderr }).toMatchObject({ stdout: 'true' })
  })

  for (const framework of ['node:http', 'express', 'fastify', 'hono', 'fetch']) {
    adapterScenarios(`for ${framework} in ${name}`, async () => start(program ?? '', options, framework), {
      seesRepeatedAuthorization: true,
      obstacle,
    })
  }
}
