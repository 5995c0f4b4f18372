import type { ReactNode } from 'react'

/** A row of a description list with two columns. */
export function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="grid items-center gap-1 sm:col-span-2 sm:grid-cols-subgrid">
      <dt className="text-muted-foreground">{term}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  )
}
