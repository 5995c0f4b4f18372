import type { ComponentProps } from 'react'
import { cn } from '#lib/cn.ts'

/** Names a field. */
export function Label({ className, htmlFor, ...props }: ComponentProps<'label'> & { htmlFor: string }) {
  return (
    <label
      data-slot="label"
      htmlFor={htmlFor}
      className={cn('text-sm leading-none font-medium select-none', className)}
      {...props}
    />
  )
}
