'use client'

import { useState } from 'react'
import { disableKey, enableKey } from '#app/keys/actions.ts'
import { FormError } from '#components/form-error.tsx'
import { SubmitButton } from '#components/submit-button.tsx'
import { Button } from '#components/ui/button.tsx'
import { closes, Dialog } from '#components/ui/dialog.tsx'
import { useActionForm } from '#components/use-action-form.ts'
import { initialKeyForm, inTurns, type KeyDialogProps, useEnd } from './key-form.tsx'

// Nothing is typed, so there is nothing that the browser could find wrong.
const loadParser = async () => () => ({ ok: true, data: null }) as const

const texts = {
  disabled: {
    action: disableKey,
    verb: 'Disable',
    description: 'Whoever uses it is refused from the next request on, until you enable it again.',
    done: 'The key was disabled.',
  },
  enabled: {
    action: enableKey,
    verb: 'Enable',
    description: 'It works again from the next request on.',
    done: 'The key was enabled.',
  },
} as const

/** Asks whether a key shall be disabled, or enabled again, and does it. */
export const SwitchKeyDialog = inTurns<KeyDialogProps & { to: keyof typeof texts }>((props) => {
  const { id, keyId, name, to, isOpenAtFirst, onClosed, onDone } = props
  const { action, verb, description, done } = texts[to]
  const { state, isPending, formProps } = useActionForm(action, initialKeyForm, loadParser)
  const [isRefused] = useState(state !== initialKeyForm && !state.isDone)
  useEnd(state, id, () => onDone?.(done))
  return (
    <Dialog
      id={id}
      title={`${verb} “${name}”?`}
      description={description}
      isDismissible={!isPending}
      isOpenAtFirst={isOpenAtFirst || isRefused}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <input type="hidden" name="id" value={keyId} />
        <FormError text={state.formError} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button type="button" variant="outline" {...closes(id)}>
            Cancel
          </Button>
          <SubmitButton isPending={isPending}>{verb} key</SubmitButton>
        </div>
      </form>
    </Dialog>
  )
})
