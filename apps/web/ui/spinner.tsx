import { cx } from 'class-variance-authority'
import { LoaderCircle } from 'lucide-react'
import type { ComponentProps } from 'react'

/** Shows that something is in progress. The parent sets its size, and the text beside it says what. */
export function Spinner({ className, ...props }: ComponentProps<'svg'>) {
  return <LoaderCircle aria-hidden className={cx('animate-spin motion-reduce:animate-none', className)} {...props} />
}
