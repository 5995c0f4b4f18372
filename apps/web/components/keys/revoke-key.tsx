'use client'

import { useState } from 'react'
import { revokeKey } from '#app/keys/actions.ts'
import { FormError } from '#components/form-error.tsx'
import { SubmitButton } from '#components/submit-button.tsx'
import { Button } from '#components/ui/button.tsx'
import { closes, Dialog } from '#components/ui/dialog.tsx'
import { useActionForm } from '#components/use-action-form.ts'
import { initialKeyForm, inTurns, type KeyDialogProps, useEnd } from './key-form.tsx'

// Nothing is typed, so there is nothing that the browser could find wrong.
const loadParser = async () => () => ({ ok: true, data: null }) as const

/** Asks whether a key shall end for good, and ends it. */
export const RevokeKeyDialog = inTurns<KeyDialogProps>((props) => {
  const { id, keyId, name, isOpenAtFirst, onClosed, onDone } = props
  const { state, isPending, formProps } = useActionForm(revokeKey, initialKeyForm, loadParser)
  const [isRefused] = useState(state !== initialKeyForm && !state.isDone)
  useEnd(state, id, () => onDone?.('The key was revoked.'))
  return (
    <Dialog
      id={id}
      title={`Revoke “${name}”?`}
      description="Whoever uses it is refused from the next request on, a key that it replaced included. This cannot be undone."
      isDismissible={!isPending}
      isOpenAtFirst={isOpenAtFirst || isRefused}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <input type="hidden" name="id" value={keyId} />
        <FormError text={state.formError} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button type="button" variant="outline" {...closes(id)}>
            Keep it
          </Button>
          <SubmitButton variant="destructive" isPending={isPending}>
            Revoke key
          </SubmitButton>
        </div>
      </form>
    </Dialog>
  )
})
