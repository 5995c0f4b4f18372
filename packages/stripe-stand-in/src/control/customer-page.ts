import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import type { CustomerRecord } from '../customers/customer-record.ts'

/** The largest number of customers on the page. */
export const pageSize = 100

const style = `
:root { color-scheme: light dark; }
body { max-width: 64rem; margin: 3rem auto; padding: 0 1.5rem; font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; }
div { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; white-space: nowrap; }
th, td { padding: 0.6rem 1rem 0.6rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); text-align: left; }
code { display: block; font: 0.85rem ui-monospace, monospace; }
`

// Created outside the template: white space that a formatter adds would break the hash in the policy.
const styleElement = raw(`<style>${style}</style>`)

/** The Content-Security-Policy of the page: it allows its own style and nothing else. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * Renders the list of customers. Every value is escaped. The page reloads itself.
 *
 * @param customers the newest customers, at most `pageSize`
 * @param total the number of live customers
 */
export function customerPage(customers: readonly CustomerRecord[], total: number) {
  const count = customers.length < total ? `The newest ${customers.length} of ${total}` : String(total)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>Customers · Stripe stand-in</title>
        ${styleElement}
      </head>
      <body>
        <h1>Customers</h1>
        <p>From the Stripe stand-in on this machine. Nothing here reaches Stripe.</p>
        ${
          total === 0
            ? html`<p>No customers yet. Sign up in the application, and the new customer appears here.</p>`
            : html`<p>${count} ${total === 1 ? 'customer' : 'customers'}, newest first.</p>
                ${customerTable(customers)}`
        }
      </body>
    </html>`
}

function customerTable(customers: readonly CustomerRecord[]) {
  return html`<div role="region" aria-label="Customers" tabindex="0">
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
  </div>`
}

function customerRow({ id, email, metadata, created }: CustomerRecord) {
  const createdAt = new Date(created * 1000).toISOString()
  return html`<tr>
    <td><code>${id}</code></td>
    <td>${email ?? '—'}</td>
    <td>${Object.entries(metadata).map(([key, value]) => html`<code>${key}: ${value}</code>`)}</td>
    <td><time datetime="${createdAt}">${createdAt.slice(0, 19).replace('T', ' ')} UTC</time></td>
  </tr>`
}
