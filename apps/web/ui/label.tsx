import { cx } from 'class-variance-authority'
import type { ComponentProps } from 'react'

/** Names a field. Its margins leave one line its own height, and several lines the room between them. */
export function Label({ className, htmlFor, ...props }: ComponentProps<'label'> & { htmlFor: string }) {
  return (
    <label
      data-slot="label"
      htmlFor={htmlFor}
      className={cx('-my-[3px] text-sm leading-5 font-medium wrap-anywhere select-none', className)}
      {...props}
    />
  )
}
