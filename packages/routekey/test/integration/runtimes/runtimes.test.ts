import { spawnSync } from 'node:child_process'

import { EdgeVM } from '@edge-runtime/vm'
import { beforeAll, describe, expect, it } from 'vitest'

import { buildPackages } from '@routekey/tools/build-if-stale'
import { bundle } from './bundle.ts'
import { findNode, findWorkerd, installRuntimes } from '@routekey/tools/install-runtimes'
import { startWorkerd } from './start-workerd.ts'

const handled = (kind: string) => [200, 'private, no-store', { kind, id: '7', body: 'hello' }]
const refused = (status: number) => [status, 'private, no-store', null]
const expected = {
  parsed: 'acme_live',
  misread: null,
  // FIPS 180-2, appendix B.1.
  hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  peppered: 'e1909d6ac127f9cb3df4b4995ef751f44a682be324da7875426bc41d33e85765',
  bearer: handled('secret'),
  query: handled('secret'),
  wrong: refused(401),
  twice: refused(400),
  webhook: handled('webhook'),
  replayed: refused(401),
  unset: 'secret_unset',
  proxied: 401,
  passed: '1',
  hono: 401,
  keyring: ['current', 'previous', 'rate_limited', 'invalid_key', 'key_revoked', 2, 2],
  refusal: { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'A valid key is required.' },
}

let problem: string | null = null
beforeAll(async () => {
  await buildPackages()
  problem = await installRuntimes()
}, 300_000)

function runWith(node: string, file = 'run-in-node.mjs'): unknown {
  const { stdout, stderr } = spawnSync(node, [file], { cwd: import.meta.dirname, encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

const served = 'msg_1 true'

describe('the built library', () => {
  it(`works in this Node, ${process.versions.node}`, () => {
    expect(runWith(process.execPath)).toEqual({ version: process.versions.node, served, ...expected })
  })

  for (const [version, name] of [
    ['20.19.0', 'node-20'],
    ['22.12.0', 'node-22'],
  ] as const) {
    it(`works in Node ${version}`, ({ skip }) => {
      const node = findNode(name)
      skip(node === null, problem ?? `npm has no Node ${version} for this platform.`)
      expect(runWith(node ?? '')).toEqual({ version, served, ...expected })
      // Two copies would count a request twice that a guard of each sees.
      expect(runWith(node ?? '', 'one-copy.mjs')).toBe(true)
    })
  }

  it('works in the edge runtime', async () => {
    const vm = new EdgeVM()
    vm.evaluate(await bundle('library-check.mjs', 'iife'))
    const result: unknown = JSON.parse(await vm.evaluate<Promise<string>>('bundle.checkLibrary().then(JSON.stringify)'))
    expect(result).toEqual(expected)
  })

  it('works in workerd', async ({ skip }) => {
    skip(problem !== null, problem ?? '')
    const worker = await startWorkerd(findWorkerd(), await bundle('worker.mjs', 'esm'))
    try {
      const response = await fetch(worker.origin)
      expect(await response.json()).toEqual(expected)
    } finally {
      await worker.stop()
    }
  })
})
