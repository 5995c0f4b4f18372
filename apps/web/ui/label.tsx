import { cx } from 'class-variance-authority'
import type { ComponentProps } from 'react'

/** The label of a field. Its negative margins let one line take its own height and still separate several lines. */
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
