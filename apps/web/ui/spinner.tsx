import { cx } from 'class-variance-authority'
import { LoaderCircle } from 'lucide-react'
import type { ComponentProps } from 'react'

/** Turns while something is under way. Its parent sets its size, and the text beside it says what. */
export function Spinner({ className, ...props }: ComponentProps<'svg'>) {
  return <LoaderCircle aria-hidden className={cx('animate-spin motion-reduce:animate-none', className)} {...props} />
}
