import type { ComponentProps } from 'react'
import { cn } from '#lib/cn.ts'

/** Holds the place of what is still loading. */
export function Skeleton({ className, ...props }: ComponentProps<'div'>) {
  return (
    <div
      data-slot="skeleton"
      className={cn('animate-pulse rounded-md bg-accent motion-reduce:animate-none', className)}
      {...props}
    />
  )
}
