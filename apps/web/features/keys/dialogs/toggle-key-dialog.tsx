'use client'

import { withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Button } from '#ui/button.tsx'
import { closes } from '#ui/dialog.tsx'
import { disableKey, enableKey } from '../actions.ts'
import { KeyFormDialog } from './key-form-dialog.tsx'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'

const texts = {
  disabled: {
    action: disableKey,
    verb: 'Disable',
    description: 'Requests with this key fail until you enable it again.',
    done: 'Key disabled.',
  },
  enabled: {
    action: enableKey,
    verb: 'Enable',
    description: 'The key works again immediately.',
    done: 'Key enabled.',
  },
} as const

/** Disables or enables a key after a confirmation. */
export const ToggleKeyDialog = withResetOnClose<KeyDialogProps & { to: keyof typeof texts }>(
  ({ name, to, onDone, ...props }) => {
    const { action, verb, description, done } = texts[to]
    const form = useActionForm(action, initialKeyForm)
    return (
      <KeyFormDialog
        {...props}
        form={form}
        title={`${verb} “${name}”?`}
        description={description}
        done={done}
        onDone={onDone}
      >
        <div className="flex flex-wrap justify-end gap-2">
          <Button type="button" variant="outline" {...closes(props.id)}>
            Cancel
          </Button>
          <SubmitButton isPending={form.isPending}>{verb} key</SubmitButton>
        </div>
      </KeyFormDialog>
    )
  },
)
