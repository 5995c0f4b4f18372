import { Skeleton } from '#ui/skeleton.tsx'

/** A placeholder for the list. */
export function KeyListSkeleton() {
  return (
    <div aria-busy className="flex flex-col gap-3">
      <p className="sr-only">Loading your keys</p>
      <Skeleton className="h-8 w-64 rounded-lg" />
      <div className="rounded-xl border bg-card shadow-xs">
        {[1, 2, 3].map((row) => (
          <div
            key={row}
            className="flex h-[17.5rem] flex-col gap-2 border-b p-5 last:border-b-0 sm:h-52 lg:h-16 lg:py-3"
          >
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-3 w-28" />
          </div>
        ))}
      </div>
    </div>
  )
}
