import type { ComponentProps } from 'react'
import { cn } from '#ui/cn.ts'

/** Holds the place of what is on its way. Give it the size of that, so that nothing moves when it comes. */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      data-slot="skeleton"
      aria-hidden
      className={cn('animate-pulse rounded-md bg-muted motion-reduce:animate-none', className)}
      {...props}
    />
  )
}
