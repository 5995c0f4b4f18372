import type { ReactNode } from 'react'

/**
 * The heading of a page.
 *
 * @param props.children its buttons, beside the title if there is room
 */
export function PageHeading({ title, text, children }: { title: ReactNode; text?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="flex min-w-0 flex-col gap-1.5">
        <h1 className="text-2xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
        {text !== undefined && <p className="text-pretty text-muted-foreground">{text}</p>}
      </div>
      {children !== undefined && <div className="flex flex-wrap gap-2">{children}</div>}
    </div>
  )
}
