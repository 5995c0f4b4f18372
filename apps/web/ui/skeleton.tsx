import { cx } from 'class-variance-authority'
import type { ComponentProps } from 'react'

/** Holds the place of what is on its way. Give it the size of that, so that nothing moves when it comes. */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      data-slot="skeleton"
      aria-hidden
      className={cx('animate-pulse rounded-md bg-muted motion-reduce:animate-none', className)}
      {...props}
    />
  )
}
