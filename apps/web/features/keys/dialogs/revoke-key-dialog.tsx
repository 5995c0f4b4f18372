'use client'

import { withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Button } from '#ui/button.tsx'
import { closes } from '#ui/dialog.tsx'
import { revokeKey } from '../actions.ts'
import { KeyFormDialog } from './key-form-dialog.tsx'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'

/** Asks whether a key shall end for good, and ends it. */
export const RevokeKeyDialog = withResetOnClose<KeyDialogProps>(({ name, onDone, ...props }) => {
  const form = useActionForm(revokeKey, initialKeyForm)
  return (
    <KeyFormDialog
      {...props}
      form={form}
      title={`Revoke “${name}”?`}
      description="Whoever uses it is refused from the next request on, a key that it replaced included. This cannot be undone."
      done="The key was revoked."
      onDone={onDone}
    >
      <div className="flex flex-wrap justify-end gap-2">
        <Button type="button" variant="outline" {...closes(props.id)}>
          Keep it
        </Button>
        <SubmitButton variant="destructive" isPending={form.isPending}>
          Revoke key
        </SubmitButton>
      </div>
    </KeyFormDialog>
  )
})
