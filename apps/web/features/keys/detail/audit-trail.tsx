import { CircleAlert } from 'lucide-react'
import Link from 'next/link'
import type { AuditEntry } from 'routekey'
import { describeError, log } from '#server/log.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { Button } from '#ui/button.tsx'
import { Time } from '#ui/time.tsx'
import { keyring } from '../keyring.ts'
import { type DescribedEntry, describeAuditEntry } from '../rules/describe-audit-entry.ts'

const pageSize = 20

/**
 * Shows a page of the changes to a key and who made them, newest first.
 *
 * @param props.owner the signed-in user; nothing is shown of the key of another user
 * @param props.after the id of the entry that the page follows; by default the page starts with the latest
 */
export async function AuditTrail({ id, owner, after }: { id: string; owner: string; after?: string }) {
  let entries: readonly DescribedEntry[]
  try {
    // One more than is shown tells whether there are more.
    const query = { owner, limit: pageSize + 1, ...(after !== undefined && { after }) }
    const found: readonly AuditEntry[] = (await keyring.audit(id, query)) ?? []
    entries = found.map((entry) => describeAuditEntry(entry, owner))
  } catch (error) {
    log('error', 'audit.unreadable', { error: describeError(error) })
    return (
      <Alert variant="warning">
        <CircleAlert aria-hidden />
        <AlertTitle>We couldn’t load the audit trail</AlertTitle>
        <AlertDescription>No entries are lost. Reload the page to try again.</AlertDescription>
      </Alert>
    )
  }
  const shown = entries.slice(0, pageSize)
  const last = entries.length > pageSize ? shown.at(-1) : undefined
  return (
    <div className="flex flex-col gap-5">
      <ol className="flex flex-col">
        {shown.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      <div className="flex flex-wrap gap-2 empty:hidden">
        {after !== undefined && <PageLink href={`/keys/${id}`}>Show latest entries</PageLink>}
        {last !== undefined && <PageLink href={`/keys/${id}?after=${last.id}`}>Show earlier entries</PageLink>}
      </div>
    </div>
  )
}

function PageLink({ href, children }: { href: string; children: string }) {
  return (
    <Button asChild variant="outline" size="sm">
      <Link href={href} scroll={false} prefetch={false}>
        {children}
      </Link>
    </Button>
  )
}

function Entry({ entry }: { entry: DescribedEntry }) {
  return (
    <li className="relative flex flex-col gap-1 border-l pb-6 pl-5 text-sm last:border-transparent last:pb-0">
      <span
        aria-hidden
        className="absolute top-1.5 -left-[4.5px] size-2 rounded-full bg-muted-foreground ring-4 ring-card"
      />
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5">
        <p>
          <span className="font-medium wrap-anywhere">{entry.actor}</span> {entry.action}
        </p>
        <p className="text-xs text-muted-foreground">
          <Time at={entry.at} as="date-time" />
        </p>
      </div>
      {entry.changes.map(({ property, from, to }) => (
        <p key={property} className="text-muted-foreground wrap-anywhere">
          {property}: <del className="no-underline">{from}</del> <span aria-hidden>→</span>
          <span className="sr-only">to</span> <ins className="text-foreground no-underline">{to}</ins>
        </p>
      ))}
    </li>
  )
}
