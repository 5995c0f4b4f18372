'use client'

import { renameKey } from '#app/keys/actions.ts'
import { Field } from '#components/field.tsx'
import { inTurns } from '#components/in-turns.tsx'
import { SubmitButton } from '#components/submit-button.tsx'
import { useActionForm } from '#components/use-action-form.ts'
import { KeyFormDialog } from './key-form-dialog.tsx'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'

const loadParser = () => import('#lib/change-key-forms.ts').then((module) => module.parseRenameKey)

/** Gives a key another name. */
export const RenameKeyDialog = inTurns<KeyDialogProps>(({ name, onDone, ...props }) => {
  const form = useActionForm(renameKey, initialKeyForm, loadParser)
  return (
    <KeyFormDialog {...props} form={form} title={`Rename “${name}”`} done="The key was renamed." onDone={onDone}>
      <Field
        id={`${props.id}-name`}
        name="name"
        label="Name"
        autoComplete="off"
        defaultValue={form.state.values['name'] ?? name}
        errors={form.fieldErrors['name']}
      />
      <div className="flex justify-end">
        <SubmitButton isPending={form.isPending}>Rename key</SubmitButton>
      </div>
    </KeyFormDialog>
  )
})
