import { cx } from 'class-variance-authority'
import type { ComponentProps } from 'react'

/** Shows the browser's own list of choices. 16 px on phones, where Safari zooms into anything smaller. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return (
    <select
      // Made anew with another default: React sets a form back once its action is over, and leaves a list on its first default.
      key={String(props.defaultValue)}
      data-slot="select"
      className={cx(
        'h-10 w-full min-w-0 rounded-md border border-input bg-card px-2.5 text-base shadow-xs transition-colors outline-none focus-visible:border-ring focus-visible:ring-[3px] focus-visible:ring-ring/40 disabled:opacity-50 aria-invalid:border-destructive aria-invalid:ring-destructive/25 sm:h-9 sm:text-sm',
        className,
      )}
      {...props}
    />
  )
}
