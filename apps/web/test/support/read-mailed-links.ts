import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoadedPage, ScriptlessBrowser } from './scriptless-browser.ts'
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

/** Reads the path and query of the link in the newest email to an address. */
export async function readMailedPath(stack: Stack, to: string): Promise<string> {
  const link = (await readMailedLinks(stack, to)).at(-1)
  if (link === undefined) throw new Error(`There is no email to ${to}.`)
  return link.slice(new URL(link).origin.length)
}

/** Opens the link of an email, and presses the button on its page. */
export async function confirmLink(browser: ScriptlessBrowser, path: string): Promise<LoadedPage> {
  return browser.submit(await browser.get(path), 'Confirm email address')
}
