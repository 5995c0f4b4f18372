import { Skeleton } from '#ui/skeleton.tsx'

/** A placeholder with the exact size of the usage chart. */
export function UsageSkeleton() {
  return (
    <div className="flex h-104 flex-col gap-6 rounded-xl border bg-card p-5 shadow-xs sm:h-100 sm:px-6">
      <p className="sr-only">Loading usage</p>
      <div className="flex items-center justify-between">
        <Skeleton className="h-5 w-20" />
        <Skeleton className="h-8 w-40" />
      </div>
      <div className="flex gap-10">
        <Skeleton className="h-12 w-20" />
        <Skeleton className="h-12 w-20" />
      </div>
      <Skeleton className="flex-1" />
    </div>
  )
}
