import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { hasCode } from './has-code.ts'
import { writePrivateFile } from './write-private-file.ts'

/** A part of every key of a sandbox. Keys of real services do not have it. */
export const sandboxMarker = '_sandbox_'

const sandboxKeysSchema = z.object({
  supabasePublishableKey: z.string(),
  supabaseSecretKey: z.string(),
  supabaseJwtSecret: z.string(),
  stripeSecretKey: z.string(),
  stripeWebhookSecret: z.string(),
  githubClientSecret: z.string(),
})

/** The secrets of a data directory. They are stored, so that sessions and configured applications survive a restart. */
export type SandboxKeys = z.infer<typeof sandboxKeysSchema>

/** Generates 256 random bits, as hexadecimal text. */
export function generateSecret(): string {
  return randomBytes(32).toString('hex')
}

/** Reads the keys of a data directory, or creates them the first time. */
export async function ensureSandboxKeys(dir: string): Promise<SandboxKeys> {
  const path = join(dir, 'keys.json')
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  })
  if (text !== null) return sandboxKeysSchema.parse(JSON.parse(text))

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
