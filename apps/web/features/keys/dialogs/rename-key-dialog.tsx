'use client'

import { Field } from '#forms/field.tsx'
import { withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { renameKey } from '../actions.ts'
import { KeyFormDialog } from './key-form-dialog.tsx'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'

const loadParser = () => import('../rules/change-key-forms.ts').then((module) => module.parseRenameKey)

export const RenameKeyDialog = withResetOnClose<KeyDialogProps>(({ name, onDone, ...props }) => {
  const form = useActionForm(renameKey, initialKeyForm, loadParser)
  return (
    <KeyFormDialog {...props} form={form} title={`Rename “${name}”`} done="Key renamed." onDone={onDone}>
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
