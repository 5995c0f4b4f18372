import { LoaderCircle } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cn } from '#ui/cn.ts'

/** Turns while something is under way. Its parent sets its size, and the text beside it says what. */
export function Spinner({ className, ...props }: ComponentProps<'svg'>) {
  return <LoaderCircle aria-hidden className={cn('animate-spin motion-reduce:animate-none', className)} {...props} />
}
