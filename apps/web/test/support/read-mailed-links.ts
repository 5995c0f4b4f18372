import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from './stack.ts'

/** Reads the links of all emails to an address that the sandbox has stored, oldest first. */
export async function readMailedLinks(stack: Stack, to: string): Promise<string[]> {
  const directory = stack.sandbox.supabase?.mailDirectory ?? ''
  // The sandbox creates it with the first email.
  await mkdir(directory, { recursive: true })
  const names = (await readdir(directory)).filter((name) => name.endsWith(`-${to}.txt`)).toSorted()
  const texts = await Promise.all(names.map(async (name) => readFile(join(directory, name), 'utf8')))
  return texts.map((text) => /https?:\/\/\S+/.exec(text)?.[0] ?? '')
}
