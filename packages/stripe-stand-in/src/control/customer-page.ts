import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { CustomerRecord } from '../customers/customer-record.ts'

/** How many customers the page shows. */
export const pageSize = 100

const style = `
:root { color-scheme: light dark; --ink: #1a1f36; --muted: #6b7280; --line: #e5e7eb; --ground: #fff; --tint: #f7f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ee; --muted: #9aa1ae; --line: #2b303b; --ground: #12151c; --tint: #1a1e27; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem 1.5rem; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main, header { max-width: 64rem; margin: 0 auto; }
h1 { margin: 0; font-size: 1.5rem; font-weight: 600; }
p { margin: 0.25rem 0 2rem; color: var(--muted); }
.count { margin: 0.75rem 0 0; font-size: 0.85rem; }
.frame { overflow-x: auto; border: 1px solid var(--line); border-radius: 0.5rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.6rem 1rem; text-align: left; white-space: nowrap; }
th { background: var(--tint); color: var(--muted); font-size: 0.8rem; font-weight: 500; }
tr + tr td { border-top: 1px solid var(--line); }
code { font: 0.85rem ui-monospace, monospace; }
time { color: var(--muted); }
.empty { padding: 4rem 1.5rem; border: 1px dashed var(--line); border-radius: 0.5rem; text-align: center; }
.empty p { margin: 0.25rem 0 0; }
`

// Replaces the list alone, so that neither the scroll position nor a selection elsewhere is lost; it rests while hidden.
const script = `
setInterval(async () => {
  if (document.hidden) return
  try {
    const response = await fetch(location.pathname, { cache: 'no-store' })
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main')
    const present = document.querySelector('main')
    if (fresh && present.innerHTML !== fresh.innerHTML) present.replaceWith(fresh)
  } catch {
    // The sandbox is down; the next tick tries again.
  }
}, 2000)
`

// Made outside the page's template: a formatter's white space within them would break the hashes of the policy.
const styleElement = raw(`<style>${style}</style>`)
const scriptElement = raw(`<script>${script}</script>`)

/** The page's policy: its own style and script, its own address to fetch from, and nothing else. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Renders the list of customers, every value escaped.
 *
 * @param customers the newest, at most `PAGE_SIZE`
 * @param total how many live customers there are
 */
export function customerPage(customers: readonly CustomerRecord[], total: number) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <noscript><meta http-equiv="refresh" content="5" /></noscript>
        <title>Customers · Sandbox Stripe</title>
        ${styleElement}
      </head>
      <body>
        <header>
          <h1>Customers</h1>
          <p>Held by the sandbox's stand-in for Stripe. Nothing here reaches Stripe itself.</p>
        </header>
        <main>${customers.length === 0 ? emptyState() : customerTable(customers, total)}</main>
        ${scriptElement}
      </body>
    </html>`
}

function emptyState() {
  return html`<div class="empty">
    <strong>No customers yet</strong>
    <p>Sign up in the application, and the new user's customer appears here.</p>
  </div>`
}

function customerTable(customers: readonly CustomerRecord[], total: number) {
  const shown =
    customers.length < total
      ? `The newest ${customers.length} of ${total} customers.`
      : total === 1
        ? '1 customer.'
        : `${total} customers.`
  return html`<div class="frame" role="region" aria-label="Customers" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Customer</th>
            <th scope="col">E-mail</th>
            <th scope="col">Metadata</th>
            <th scope="col">Created</th>
          </tr>
        </thead>
        <tbody>
          ${customers.map(customerRow)}
        </tbody>
      </table>
    </div>
    <p class="count">${shown}</p>`
}

function customerRow({ id, email, metadata, created }: CustomerRecord): HtmlEscapedString | Promise<HtmlEscapedString> {
  const instant = new Date(created * 1000).toISOString()
  const pairs = Object.entries(metadata).map(([key, value]) => html`<div><code>${key}: ${value}</code></div>`)
  return html`<tr>
    <td><code>${id}</code></td>
    <td>${email ?? '—'}</td>
    <td>${pairs}</td>
    <td><time datetime="${instant}">${instant.slice(0, 19).replace('T', ' ')} UTC</time></td>
  </tr>`
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
