import { CircleAlert } from 'lucide-react'
import type { UsageBucket } from 'routekey'
import { describeError, log } from '#server/log.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { readKeyUsage, readOwnerUsage } from './read-usage.ts'
import { UsageChart } from './usage-chart.tsx'

/**
 * Shows the total usage of an owner's keys. Put it into `<Suspense fallback={<UsageSkeleton />}>`.
 */
export async function OwnerUsageCard({ owner }: { owner: string }) {
  return showUsage(() => readOwnerUsage(owner))
}

/**
 * Shows the usage of one key. Put it into `<Suspense fallback={<UsageSkeleton />}>`.
 *
 * @param props.owner the signed-in user; shows nothing if the key belongs to another user
 */
export async function KeyUsageCard({ id, owner }: { id: string; owner: string }) {
  return showUsage(() => readKeyUsage(id, owner))
}

// An error here must not break the whole page.
async function showUsage(read: () => Promise<readonly UsageBucket[] | null>) {
  let hours: readonly UsageBucket[] | null
  try {
    hours = await read()
  } catch (error) {
    log('error', 'usage.unreadable', { error: describeError(error) })
    return (
      <Alert variant="warning">
        <CircleAlert aria-hidden />
        <AlertTitle>We couldn’t load the usage</AlertTitle>
        <AlertDescription>Requests are still counted. Reload the page to try again.</AlertDescription>
      </Alert>
    )
  }
  return hours === null ? null : <UsageChart hours={hours} now={new Date()} />
}
