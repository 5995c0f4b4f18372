/** Holds the place of a usage chart until it is drawn. */
export function UsageSkeleton() {
  return (
    <div aria-busy className="flex h-[26.5rem] items-center justify-center rounded-xl border bg-card shadow-xs">
      <p className="sr-only">Loading the usage</p>
    </div>
  )
}
