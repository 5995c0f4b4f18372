import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmailDriver } from '@supabase/lite'
import { writePrivateFile } from '../../host/write-private-file.ts'

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
        .replaceAll(verificationLink, (link) => applicationLink(link, appUrl) ?? link)
        .replaceAll(`${appUrl}/auth/v1/`, `${supabaseUrl}/auth/v1/`)
      // The time comes first, so that the newest file is the last one. Windows does not allow colons.
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${to.replaceAll(/[^\w.@+-]/g, '_')}.txt`
      await mkdir(directory, { recursive: true, mode: 0o700 })
      await writePrivateFile(join(directory, name), `To: ${to}\nSubject: ${subject}\n\n${body}\n`)
      log(`An e-mail to ${to} is in ${join(directory, name)}`)
    },
  }
}

/**
 * Returns the link to the page of the application that confirms an address, as the templates in `docs/deployment.md` write it on
 * a hosted project.
 */
export function confirmationLink(appUrl: string, type: 'signup' | 'email_change', tokenHash: string): string {
  return `${appUrl}/auth/confirm?${new URLSearchParams({ token_hash: tokenHash, type }).toString()}`
}

const verificationLink = /https?:\/\/\S+\/auth\/v1\/verify\?\S+/g

/**
 * Points a link that confirms an address to the application. Supabase's own link uses the token up when it is loaded, and
 * passes the session in the URL fragment.
 *
 * @returns null for another kind of link
 */
function applicationLink(link: string, appUrl: string): string | null {
  const { searchParams } = new URL(link)
  const [token, type] = [searchParams.get('token'), searchParams.get('type')]
  if (token === null || (type !== 'signup' && type !== 'email_change')) return null
  return confirmationLink(appUrl, type, token)
}
