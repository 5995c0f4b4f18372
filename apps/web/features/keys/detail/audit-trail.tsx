import { CircleAlert } from 'lucide-react'
import Link from 'next/link'
import type { AuditEntry } from 'routekey'
import { describeError, log } from '#server/log.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { Button } from '#ui/button.tsx'
import { Time } from '#ui/time.tsx'
import { keyring } from '../keyring.ts'
import { type DescribedEntry, describeAuditEntry } from '../rules/describe-audit-entry.ts'
import { entriesPerPage, maximumEntries } from './parse-entries.ts'

/**
 * Shows who did what with a key, the newest first.
 *
 * @param props.owner the signed-in user; nothing is shown of a key of anyone else
 * @param props.count how many lines at most
 */
export async function AuditTrail({ id, owner, count }: { id: string; owner: string; count: number }) {
  let entries: readonly DescribedEntry[]
  try {
    // One more than is shown tells whether there are more.
    const found: readonly AuditEntry[] = (await keyring.audit(id, { owner, limit: count + 1 })) ?? []
    entries = found.map((entry) => describeAuditEntry(entry, owner))
  } catch (error) {
    log('error', 'audit.unreadable', { error: describeError(error) })
    return (
      <Alert variant="warning">
        <CircleAlert aria-hidden />
        <AlertTitle>The audit trail could not be read</AlertTitle>
        <AlertDescription>Nothing of it is lost. Reload the page to try again.</AlertDescription>
      </Alert>
    )
  }
  const hasMore = entries.length > count
  return (
    <div className="flex flex-col gap-5">
      <ol className="flex flex-col">
        {entries.slice(0, count).map((entry, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines of the trail have no id, and never move or change
          <Entry key={entries.length - index} entry={entry} />
        ))}
      </ol>
      {hasMore && count < maximumEntries && (
        <Button asChild variant="outline" size="sm" className="self-start">
          <Link href={`/keys/${id}?entries=${count + entriesPerPage}`} scroll={false} prefetch={false}>
            Show earlier entries
          </Link>
        </Button>
      )}
    </div>
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
