import { ArrowLeft } from 'lucide-react'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Suspense } from 'react'
import { keyStatus } from 'routekey'
import { getSessionUserOrNull, requireUser } from '#features/auth/session.ts'
import { AuditTrail } from '#features/keys/detail/audit-trail.tsx'
import { KeyActions } from '#features/keys/detail/key-actions.tsx'
import { KeyFacts } from '#features/keys/detail/key-facts.tsx'
import { KeyLimits } from '#features/keys/detail/key-limits.tsx'
import { readKey } from '#features/keys/detail/read-key.ts'
import { KeyStatusBadge } from '#features/keys/list/key-status-badge.tsx'
import { KeyUsageCard } from '#features/usage/usage-card.tsx'
import { UsageSkeleton } from '#features/usage/usage-skeleton.tsx'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '#ui/card.tsx'
import { PageHeading } from '#ui/page-heading.tsx'
import { Skeleton } from '#ui/skeleton.tsx'

type Props = PageProps<'/keys/[id]'>

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const user = await getSessionUserOrNull()
  const found = user && (await readKey((await params).id, user.id))
  return { title: found?.record.name ?? 'Not found' }
}

/** One key of the signed-in user: its permissions, usage and audit trail. */
export default async function KeyPage({ params, searchParams }: Props) {
  const { id } = await params
  const { after } = await searchParams
  const user = await requireUser(`/keys/${id}`)
  // Before the response starts, because streamed content can no longer change its status.
  const found = await readKey(id, user.id)
  if (found === null) notFound()
  const { record, now } = found

  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-6 px-4 py-10 sm:px-6 sm:py-14">
      <div className="flex flex-col gap-4">
        <Link
          href="/keys"
          className="flex w-fit items-center gap-1.5 text-sm text-muted-foreground hover:text-foreground"
        >
          <ArrowLeft aria-hidden className="size-4" /> API keys
        </Link>
        <PageHeading
          title={record.name}
          text={
            <span className="flex flex-wrap items-start gap-x-3 gap-y-2">
              <code className="font-mono text-sm leading-6">{`${record.start}…`}</code>
              <KeyStatusBadge record={record} now={now} />
            </span>
          }
        >
          <KeyActions keyId={record.id} name={record.name} status={keyStatus(record, now)} />
        </PageHeading>
      </div>

      <div className="grid gap-6 lg:grid-cols-[3fr_2fr]">
        <Card aria-labelledby="details">
          <CardHeader>
            <CardTitle id="details">Details</CardTitle>
          </CardHeader>
          <CardContent>
            <KeyFacts record={record} now={now} />
          </CardContent>
        </Card>
        <KeyLimits record={record} />
      </div>

      <Suspense fallback={<UsageSkeleton />}>
        <KeyUsageCard id={record.id} owner={user.id} />
      </Suspense>

      <Card aria-labelledby="audit-trail">
        <CardHeader>
          <CardTitle id="audit-trail">Audit trail</CardTitle>
          <CardDescription>All changes to this key. Entries cannot be edited.</CardDescription>
        </CardHeader>
        <CardContent>
          <Suspense fallback={<Skeleton className="h-20" />}>
            <AuditTrail id={record.id} owner={user.id} {...(typeof after === 'string' && { after })} />
          </Suspense>
        </CardContent>
      </Card>
    </div>
  )
}
