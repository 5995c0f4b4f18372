import { Badge } from '#ui/badge.tsx'

const responses = [
  { request: 'A valid key', status: 200, variant: 'success', note: 'The handler runs.' },
  { request: 'No key or an invalid key', status: 401, variant: 'destructive', note: 'The handler does not run.' },
  { request: 'Two keys at once', status: 400, variant: 'destructive', note: 'Ambiguous requests are rejected.' },
  {
    request: 'No secret configured',
    status: 503,
    variant: 'warning',
    note: 'A missing variable closes the route. It never opens it.',
  },
] as const

/** Lists how a guarded route responds to different requests. */
export function ResponseList() {
  return (
    <dl className="divide-y rounded-xl border bg-card shadow-xs">
      {responses.map(({ request, status, variant, note }) => (
        <div
          key={status}
          className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 px-5 py-4 text-sm sm:grid-cols-[14rem_4rem_1fr] sm:px-6"
        >
          <dt className="font-medium">{request}</dt>
          <dd>
            <Badge variant={variant} className="font-mono">
              {status}
            </Badge>
          </dd>
          <dd className="col-span-2 text-muted-foreground sm:col-span-1">{note}</dd>
        </div>
      ))}
    </dl>
  )
}
