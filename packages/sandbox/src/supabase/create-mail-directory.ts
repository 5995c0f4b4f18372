import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmailDriver } from '@supabase/lite'
import { writePrivateFile } from '../host/write-private-file.ts'

/** Options of {@link createMailDirectory}. */
export interface MailDirectoryOptions {
  readonly directory: string
  /** The origin in the links that `@supabase/lite` writes. */
  readonly appUrl: string
  /** The origin at which these links work. */
  readonly supabaseUrl: string
  readonly log: (line: string) => void
}

/** Creates an e-mail driver that saves each message as a file. The default driver prints codes and links to the console. */
export function createMailDirectory({ directory, appUrl, supabaseUrl, log }: MailDirectoryOptions): EmailDriver {
  return {
    async send({ to, subject, text, html }) {
      const body = (text ?? html ?? '')
        .replaceAll(verificationLink, (link) => emailChangeLink(link, appUrl) ?? link)
        .replaceAll(`${appUrl}/auth/v1/`, `${supabaseUrl}/auth/v1/`)
      // The time comes first, so that the newest file is the last one. Windows does not allow colons.
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${to.replaceAll(/[^\w.@+-]/g, '_')}.txt`
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await writePrivateFile(join(directory, name), `To: ${to}\nSubject: ${subject}\n\n${body}\n`)
      log(`An e-mail to ${to} is in ${join(directory, name)}`)
    },
  }
}

const verificationLink = /https?:\/\/\S+\/auth\/v1\/verify\?\S+/g

/**
 * Points the link for a change of address to the application, as the template in `docs/deployment.md` does on a hosted
 * project. Supabase's own link passes the session in the URL fragment, which a server cannot read.
 *
 * @returns null for another kind of link
 */
function emailChangeLink(link: string, appUrl: string): string | null {
  const { searchParams } = new URL(link)
  const token = searchParams.get('token')
  if (token === null || searchParams.get('type') !== 'email_change') return null
  return `${appUrl}/auth/callback?${new URLSearchParams({ token_hash: token, type: 'email_change' }).toString()}`
}
