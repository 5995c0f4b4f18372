import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { build } from 'rolldown'
import { beforeAll, expect, it } from 'vitest'

import { buildPackages } from '@routekey/tools/build-if-stale'

beforeAll(async () => {
  await buildPackages()
})

/** Bundles code that imports the built library, and returns its size in bytes, minified and gzipped. */
async function measure(code: string, platform: 'node' | 'neutral' = 'node'): Promise<number> {
  const { output } = await build({
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? code : null),
      },
    ],
    platform,
    output: { minify: true },
    logLevel: 'silent',
    write: false,
  })
  return gzipSync(output[0].code, { level: 9 }).length
}

const withKey = `export { withKey } from 'routekey/next'`
const guard = `export { envSecret } from 'routekey'; ${withKey}`
const keyring = `export { createKeyring, envSecret } from 'routekey'; ${withKey}`
const everything = `export * from 'routekey'; export * from 'routekey/next'`

it('adds at most 10 kB for a guard with envSecret and a keyring', async () => {
  const sizes = {
    'envSecret and withKey': await measure(guard),
    'envSecret, withKey and createKeyring': await measure(keyring),
    everything: await measure(everything),
    'everything, hashing without node:crypto': await measure(everything, 'neutral'),
  }
  const lines = Object.entries(sizes).map(([name, bytes]) => `${name} ${(bytes / 1000).toFixed(1)} kB`)
  process.stdout.write(`size, minified and gzipped: ${lines.join('; ')}\n`)
  expect(sizes['envSecret and withKey']).toBeLessThanOrEqual(3500)
  expect(sizes['envSecret, withKey and createKeyring']).toBeLessThanOrEqual(9900)
  expect(sizes.everything).toBeLessThanOrEqual(10_200)
  expect(sizes['everything, hashing without node:crypto']).toBeLessThanOrEqual(13_500)
})

it('adds nothing to a bundle that uses none of its exports', async () => {
  const unused = `import 'routekey'; import 'routekey/next'; import 'routekey/webhooks'; import 'routekey/hono'; export {}`
  expect(await measure(unused)).toBeLessThan(50)
})
