import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { EmailDriver } from '@supabase/lite'

import { writePrivateFile } from '../host/private-file.ts'

/**
 * Creates the e-mail driver that delivers to files, one for each message, in place of printing codes and links to the
 * console.
 *
 * @param options.correctLinks Address in the links that `@supabase/lite` writes (the application's), and the one at which
 *   they work (its own).
 */
export function createMailDirectory(options: {
  directory: string
  correctLinks: { from: string; to: string }
  log: (line: string) => void
}): EmailDriver {
  const { directory, correctLinks, log } = options
  return {
    async send({ to, subject, text, html }) {
      const body = (text ?? html ?? '')
        .replaceAll(confirmationLink, (link) => toApplication(link, correctLinks.from) ?? link)
        .replaceAll(`${correctLinks.from}/auth/v1/`, `${correctLinks.to}/auth/v1/`)
      // The time first, so that the newest is the last of a listing; no colons, for Windows.
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${to.replaceAll(/[^\w.@+-]/g, '_')}.txt`
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await writePrivateFile(join(directory, name), `To: ${to}\nSubject: ${subject}\n\n${body}\n`)
      log(`An e-mail for ${to} is in ${join(directory, name)}`)
    },
  }
}

const confirmationLink = /https?:\/\/\S+\/auth\/v1\/verify\?\S+/g

/**
 * Lets the link for a change of address lead to the application, as the template does that `docs/deployment.md` gives a hosted
 * project: Supabase's own link hands a session over in the URL's fragment, which no server gets to see.
 */
function toApplication(link: string, appUrl: string): string | null {
  const { searchParams } = new URL(link)
  const token = searchParams.get('token')
  if (token === null || searchParams.get('type') !== 'email_change') return null
  return `${appUrl}/auth/callback?${new URLSearchParams({ token_hash: token, type: 'email_change' }).toString()}`
}
