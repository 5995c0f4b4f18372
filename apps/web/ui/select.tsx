import { cx } from 'class-variance-authority'
import type { ComponentProps } from 'react'

/** The browser's own list of options. The text has 16 px on phones, because Safari zooms into smaller fields. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return (
    <select
      // Remounted for another default: when React resets a form after its action, it selects the first default of a list.
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
