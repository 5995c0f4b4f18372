import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The path of the page on the server of Supabase. */
export const mailPath = '/mail'

// Not for other pages: they may neither read, frame nor embed it.
const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/**
 * Shows the e-mails of a directory, the newest first, with links that can be clicked. It answers only if it is addressed by a
 * name of this machine: another name that resolves to it belongs to a web page that wants to read the e-mails.
 */
export async function showMail(request: Request, directory: string): Promise<Response> {
  const { hostname } = new URL(request.url)
  if (hostname !== '127.0.0.1' && hostname !== 'localhost') return new Response(null, { status: 404 })
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const names = (await readdir(directory)).filter((name) => name.endsWith('.txt')).toSorted()
  const mails = await Promise.all(names.toReversed().map(async (name) => readFile(join(directory, name), 'utf8')))
  return new Response(renderMail(mails), { headers })
}

/** Renders the page. Each e-mail is a text with its headers first; it may come from anyone. */
export function renderMail(mails: readonly string[]): string {
  const articles = mails.map((mail) => {
    const [head = '', ...body] = mail.split('\n\n')
    const [to = '', subject = ''] = head.split('\n').map((line) => line.replace(/^\w+: /, ''))
    const text = escapeHtml(body.join('\n\n').trim()).replaceAll(/https?:\/\/[^\s"<>]+/g, '<a href="$&">$&</a>')
    return `<article><h2>${escapeHtml(subject)}</h2><p>To ${escapeHtml(to)}</p><pre>${text}</pre></article>`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>E-mails of the sandbox</title>
<style>
  :root { color-scheme: light dark }
  body { max-width: 44rem; margin: 2.5rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif }
  h1 { font-size: 1.5rem }
  h2 { font-size: 1rem; margin: 0 }
  article { margin: 1rem 0; padding: 1rem 1.25rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 0.75rem }
  p { margin: 0; font-size: 0.875rem }
  pre { margin: 0.75rem 0 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<main>
<h1>E-mails of the sandbox</h1>
${articles.join('\n') || '<p>No e-mails yet. Sign up, then reload this page.</p>'}
</main>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
