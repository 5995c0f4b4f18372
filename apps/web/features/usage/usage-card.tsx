import { CircleAlert } from 'lucide-react'
import type { UsageBucket } from 'routekey'
import { describeError, log } from '#server/log.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { readKeyUsage, readOwnerUsage } from './read-usage.ts'
import { UsageChart } from './usage-chart.tsx'

/**
 * Shows the usage of all keys of an owner together. Put it into `<Suspense fallback={<UsageSkeleton />}>`.
 *
 * @param props.owner the signed-in user
 */
export async function OwnerUsageCard({ owner }: { owner: string }) {
  return showUsage(() => readOwnerUsage(owner))
}

/**
 * Shows the usage of one key. Put it into `<Suspense fallback={<UsageSkeleton />}>`.
 *
 * @param props.owner the signed-in user; nothing is shown of a key of anyone else
 */
export async function KeyUsageCard({ id, owner }: { id: string; owner: string }) {
  return showUsage(() => readKeyUsage(id, owner))
}

// A chart that fails must not take the page down with it.
async function showUsage(read: () => Promise<readonly UsageBucket[] | null>) {
  let hours: readonly UsageBucket[] | null
  try {
    hours = await read()
  } catch (error) {
    log('error', 'usage.unreadable', { error: describeError(error) })
    return (
      <Alert variant="warning">
        <CircleAlert aria-hidden />
        <AlertTitle>The usage could not be read</AlertTitle>
        <AlertDescription>Requests are counted all the same. Reload the page to try again.</AlertDescription>
      </Alert>
    )
  }
  return hours === null ? null : <UsageChart hours={hours} now={new Date()} />
}
