import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

/** Fills a page that cannot show its content, and says what to do. */
export function Notice({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className="mx-auto flex w-full max-w-md flex-1 flex-col items-center justify-center gap-4 px-4 py-16 text-center">
      <TriangleAlert aria-hidden className="size-6 text-warning" />
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      <p className="text-sm wrap-anywhere text-pretty text-muted-foreground">{text}</p>
      {children}
    </div>
  )
}
