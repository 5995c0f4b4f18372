import type { KeyRecord } from 'routekey'
import { Card, CardContent, CardHeader, CardTitle } from '#ui/card.tsx'
import { ChangeLimit } from '../dialogs/change-limit.tsx'
import { describeLimit } from '../rules/describe-limit.ts'
import { limitValues } from '../rules/key-limit.ts'

/** Shows the limits of a key and changes them. */
export function KeyLimits({ record }: { record: KeyRecord }) {
  const { id, limits, revokedAt } = record
  return (
    <Card aria-labelledby="limits">
      <CardHeader>
        <CardTitle id="limits">Limits</CardTitle>
      </CardHeader>
      <CardContent className="flex flex-1 flex-col gap-3 text-sm">
        {limits.length === 0 ? (
          <p className="text-muted-foreground">This key has no limit.</p>
        ) : (
          <>
            <ul className="flex flex-col gap-1.5">
              {limits.map((limit) => (
                <li key={limit.name} className="text-base font-medium">
                  {describeLimit(limit)}
                </li>
              ))}
            </ul>
            <p className="text-pretty text-muted-foreground">
              {limits.length > 1 && 'All limits apply. '}
              Requests over the limit get 429 until the next window starts, aligned to the clock in UTC. The{' '}
              <code className="font-mono text-[0.8125rem]">RateLimit</code> header of each response shows how many are
              left.
            </p>
          </>
        )}
        <ChangeLimit keyId={id} values={limitValues(limits)} isRevoked={revokedAt !== null} />
      </CardContent>
    </Card>
  )
}
