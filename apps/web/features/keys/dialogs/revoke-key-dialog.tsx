'use client'

import { withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Button } from '#ui/button.tsx'
import { closes } from '#ui/dialog.tsx'
import { revokeKey } from '../actions.ts'
import { KeyFormDialog } from './key-form-dialog.tsx'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'

/** Revokes a key after a confirmation. */
export const RevokeKeyDialog = withResetOnClose<KeyDialogProps>(({ name, onDone, ...props }) => {
  const form = useActionForm(revokeKey, initialKeyForm)
  return (
    <KeyFormDialog
      {...props}
      form={form}
      title={`Revoke “${name}”?`}
      description="Requests with this key, or with the key it replaced, fail immediately. You cannot undo this."
      done="Key revoked."
      onDone={onDone}
    >
      <div className="flex flex-wrap justify-end gap-2">
        <Button type="button" variant="outline" {...closes(props.id)}>
          Cancel
        </Button>
        <SubmitButton variant="destructive" isPending={form.isPending}>
          Revoke key
        </SubmitButton>
      </div>
    </KeyFormDialog>
  )
})
