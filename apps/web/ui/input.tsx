import { cx } from 'class-variance-authority'
import type { ComponentProps } from 'react'

/** A text field. The text has 16 px on phones, because Safari zooms into smaller fields. */
export function Input({ className, ...props }: ComponentProps<'input'>) {
  return (
    <input
      data-slot="input"
      className={cx(
        'h-10 w-full min-w-0 rounded-md border border-input bg-card px-3 text-base shadow-xs transition-colors outline-none placeholder:text-muted-foreground focus-visible:border-ring focus-visible:ring-[3px] focus-visible:ring-ring/40 disabled:opacity-50 aria-invalid:border-destructive aria-invalid:ring-destructive/25 sm:h-9 sm:text-sm',
        className,
      )}
      {...props}
    />
  )
}
