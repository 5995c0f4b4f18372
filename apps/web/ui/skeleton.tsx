import { cx } from 'class-variance-authority'
import type { ComponentProps } from 'react'

/** A placeholder for content that is loading. Give it the size of the content, so that nothing moves when it arrives. */
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
