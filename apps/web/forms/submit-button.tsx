import type { ComponentProps } from 'react'
import { Button } from '#ui/button.tsx'
import { Spinner } from '#ui/spinner.tsx'

/** Sends its form. While `isPending` it does nothing, but keeps the keyboard focus, which a disabled button would lose. */
export function SubmitButton({
  isPending,
  children,
  ...props
}: Omit<ComponentProps<typeof Button>, 'type' | 'asChild'> & { isPending: boolean }) {
  return (
    <Button {...props} aria-disabled={isPending} type={isPending ? 'button' : 'submit'}>
      {isPending && <Spinner />}
      {children}
    </Button>
  )
}
