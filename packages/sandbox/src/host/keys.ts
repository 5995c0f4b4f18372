import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { writePrivateFile } from './private-file.ts'

/** What every key of a sandbox contains, and no key of a real service. */
export const sandboxMarker = '_sandbox_'

/** The secrets of one data directory, kept so that sessions and configured applications survive a restart. */
export type SandboxKeys = z.infer<typeof keysSchema>

const keysSchema = z.object({
  supabasePublishableKey: z.string(),
  supabaseSecretKey: z.string(),
  supabaseJwtSecret: z.string(),
  stripeSecretKey: z.string(),
  stripeWebhookSecret: z.string(),
  githubClientSecret: z.string(),
})

/** Creates a secret of 256 bits, as hexadecimal text. */
export function generateSecret(): string {
  return randomBytes(32).toString('hex')
}

/** Reads the keys of a data directory, or creates them the first time. */
export async function ensureKeys(dir: string): Promise<SandboxKeys> {
  const path = join(dir, 'keys.json')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text !== null) return keysSchema.parse(JSON.parse(text))

  const keys: SandboxKeys = {
    supabasePublishableKey: `sb_publishable${sandboxMarker}${generateSecret()}`,
    supabaseSecretKey: `sb_secret${sandboxMarker}${generateSecret()}`,
    supabaseJwtSecret: generateSecret(),
    stripeSecretKey: `sk_test${sandboxMarker}${generateSecret()}`,
    stripeWebhookSecret: `whsec${sandboxMarker}${generateSecret()}`,
    githubClientSecret: generateSecret(),
  }
  await writePrivateFile(path, `${JSON.stringify(keys, null, 2)}\n`)
  return keys
}
