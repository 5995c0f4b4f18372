import Link from 'next/link'
import type { ReactNode } from 'react'
import type { KeyRecord } from 'routekey'
import { Time } from '#ui/time.tsx'
import { KeyMenu } from './key-menu.tsx'
import { KeyStatusBadge } from './key-status-badge.tsx'

const when = 'max-lg:order-2 lg:whitespace-nowrap'
const columns = ['Key', 'Scopes', 'Created', 'Last used', 'Expires', 'Status']

/**
 * Shows keys in a table, or on narrow screens as cards.
 *
 * @param props.now the reference of "3 hours ago"
 */
export function KeyTable({ keys, now, label }: { keys: readonly KeyRecord[]; now: Date; label: string }) {
  return (
    <table aria-label={label} className="w-full text-sm max-lg:block">
      <thead className="max-lg:sr-only">
        <tr className="border-b text-left text-xs text-muted-foreground">
          {columns.map((name) => (
            <th key={name} scope="col" className="px-3 py-2.5 font-medium whitespace-nowrap first:pl-5">
              {name}
            </th>
          ))}
          <th scope="col" className="w-12">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody className="max-lg:block">
        {keys.map((record) => (
          <KeyRow key={record.id} record={record} now={now} />
        ))}
      </tbody>
    </table>
  )
}

function KeyRow({ record, now }: { record: KeyRecord; now: Date }) {
  const { id, name, start, scopes, createdAt, lastUsedAt, expiresAt, revokedAt } = record
  const isEnded = revokedAt !== null || (expiresAt !== null && expiresAt <= now)
  return (
    <tr className="relative border-b last:border-b-0 max-lg:grid max-lg:grid-cols-3 max-lg:gap-x-3 max-lg:gap-y-4 max-lg:p-5 lg:hover:bg-accent/40">
      <th
        scope="row"
        className="text-left font-normal max-lg:col-span-full max-lg:pr-10 lg:max-w-60 lg:py-3 lg:pr-3 lg:pl-5"
      >
        <Link
          href={`/keys/${id}`}
          className="block w-fit max-w-full rounded-sm font-medium wrap-anywhere underline-offset-4 outline-none hover:underline focus-visible:ring-[3px] focus-visible:ring-ring/50"
        >
          {name}
        </Link>
        <code className="mt-0.5 block font-mono text-xs text-muted-foreground">
          {start}
          <span aria-hidden>••••••••</span>
        </code>
      </th>
      <Cell label="Scopes" className="max-lg:order-1 max-lg:col-span-2">
        <ul className="flex flex-col gap-0.5 font-mono text-xs leading-5">
          {scopes.map((scope) => (
            <li key={scope}>{scope}</li>
          ))}
          {scopes.length === 0 && <li className="font-sans text-sm text-muted-foreground">None</li>}
        </ul>
      </Cell>
      <Cell label="Created" className={when}>
        <Time at={createdAt} />
      </Cell>
      <Cell label="Last used" className={when}>
        {lastUsedAt === null ? 'Never' : <Time at={lastUsedAt} relativeTo={now} />}
      </Cell>
      <Cell label="Expires" className={when}>
        {expiresAt === null ? 'Never' : <Time at={expiresAt} />}
      </Cell>
      <Cell label="Status" className="max-lg:order-1">
        <KeyStatusBadge record={record} now={now} />
      </Cell>
      <td className="max-lg:absolute max-lg:top-4 max-lg:right-4 lg:px-2 lg:text-right">
        {!isEnded && <KeyMenu keyId={id} name={name} />}
      </td>
    </tr>
  )
}

function Cell({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    <td className={`min-w-0 lg:px-3 lg:py-3 ${className}`}>
      {/* Hidden from screen readers, which read the column header at every width. */}
      <span aria-hidden className="mb-1 block text-xs text-muted-foreground lg:hidden">
        {label}
      </span>
      {children}
    </td>
  )
}
