'use client'

import { useState } from 'react'
import { renameKey } from '#app/keys/actions.ts'
import { Field } from '#components/field.tsx'
import { FormError } from '#components/form-error.tsx'
import { SubmitButton } from '#components/submit-button.tsx'
import { Dialog } from '#components/ui/dialog.tsx'
import { useActionForm } from '#components/use-action-form.ts'
import { initialKeyForm, inTurns, type KeyDialogProps, useEnd } from './key-form.tsx'

const loadParser = () => import('#lib/change-key-forms.ts').then((module) => module.parseRenameKey)

/** Gives a key another name. */
export const RenameKeyDialog = inTurns<KeyDialogProps>((props) => {
  const { id, keyId, name, isOpenAtFirst, onClosed, onDone } = props
  const { state, isPending, fieldErrors, formProps } = useActionForm(renameKey, initialKeyForm, loadParser)
  const [isRefused] = useState(state !== initialKeyForm && !state.isDone)
  useEnd(state, id, () => onDone?.('The key was renamed.'))
  return (
    <Dialog
      id={id}
      title={`Rename “${name}”`}
      isDismissible={!isPending}
      isOpenAtFirst={isOpenAtFirst || isRefused}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <input type="hidden" name="id" value={keyId} />
        <FormError text={state.formError} />
        <Field
          id={`${id}-name`}
          name="name"
          label="Name"
          autoComplete="off"
          defaultValue={state.values['name'] ?? name}
          errors={fieldErrors['name']}
        />
        <div className="flex justify-end">
          <SubmitButton isPending={isPending}>Rename key</SubmitButton>
        </div>
      </form>
    </Dialog>
  )
})
