import { resolve } from 'node:path'

import { build } from 'rolldown'

/** Bundles a file, of this directory or with a whole path, and the built library for a runtime without Node's modules. */
export async function bundle(file: string, format: 'esm' | 'iife'): Promise<string> {
  const { output } = await build({
    input: resolve(import.meta.dirname, file),
    platform: 'neutral',
    external: /^cloudflare:/,
    resolve: { conditionNames: ['edge-light', 'worker', 'import', 'default'] },
    output: { format, name: 'bundle' },
    logLevel: 'silent',
    write: false,
  })
  return output[0].code
}
