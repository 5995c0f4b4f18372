'use client'

import { withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Button } from '#ui/button.tsx'
import { closes } from '#ui/dialog.tsx'
import { endOldKey } from '../actions.ts'
import { KeyFormDialog } from './key-form-dialog.tsx'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'

/** Ends the old key of a rotated key after a confirmation. */
export const EndOldKeyDialog = withResetOnClose<KeyDialogProps>(({ name, onDone, ...props }) => {
  const form = useActionForm(endOldKey, initialKeyForm)
  return (
    <KeyFormDialog
      {...props}
      form={form}
      title={`End the old key of “${name}”?`}
      description="Requests with the key from before the last rotation fail immediately. The current key keeps working. You cannot undo this."
      done="Old key ended."
      onDone={onDone}
    >
      <div className="flex flex-wrap justify-end gap-2">
        <Button type="button" variant="outline" {...closes(props.id)}>
          Cancel
        </Button>
        <SubmitButton variant="destructive" isPending={form.isPending}>
          End old key
        </SubmitButton>
      </div>
    </KeyFormDialog>
  )
})
