import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Reads the token of the link in the newest e-mail to an address, for tests that confirm it.
 *
 * @throws Error when there is none
 * @example
 * await client.auth.signUp({ email, password })
 * await client.auth.verifyOtp({ type: 'signup', token_hash: await readMailedToken(mailDirectory, email) })
 */
export async function readMailedToken(mailDirectory: string, to: string): Promise<string> {
  const name = (await readdir(mailDirectory))
    .filter((file) => file.endsWith(`Z-${to}.txt`))
    .toSorted()
    .at(-1)
  const text = name === undefined ? '' : await readFile(join(mailDirectory, name), 'utf8')
  const token = /token_hash=(?<token>\w+)/.exec(text)?.groups?.['token']
  if (token === undefined) throw new Error(`No e-mail to ${to} has a link that confirms an address.`)
  return token
}
