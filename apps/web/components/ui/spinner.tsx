import { LoaderCircle } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from '#lib/cn.ts'

/** Turns while something is under way. Decoration: the text beside it says what. */
export function Spinner({ className, ...props }: ComponentProps<'svg'>) {
  return (
    <LoaderCircle aria-hidden className={cn('size-4 animate-spin motion-reduce:animate-none', className)} {...props} />
  )
}
