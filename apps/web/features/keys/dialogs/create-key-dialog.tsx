'use client'

import { Plus } from 'lucide-react'
import { Field } from '#forms/field.tsx'
import { FormError } from '#forms/form-error.tsx'
import { type FormDialogProps, withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Button } from '#ui/button.tsx'
import { opens } from '#ui/dialog.tsx'
import { createKey } from '../actions.ts'
import { maximumKeys } from '../rules/key-rules.ts'
import { ExpiryFields, LimitFields, ScopeFields } from './key-fields.tsx'
import { initialKeyForm } from './key-form.ts'
import { NewKeyDialog } from './new-key-dialog.tsx'

const id = 'create-key'
const loadParser = () => import('../rules/create-key-form.ts').then((module) => module.parseCreateKey)

/** Opens the dialog that creates a key. */
export function CreateKeyButton() {
  return (
    <Button type="button" {...opens(id)}>
      <Plus aria-hidden />
      Create key
    </Button>
  )
}

/** Creates a key and shows it once. `CreateKeyButton` opens it from anywhere on the page. */
export function CreateKeyDialog() {
  return <Creation id={id} />
}

const Creation = withResetOnClose<FormDialogProps>(({ isOpenAtFirst, onClosed }) => {
  const { state, isPending, fieldErrors, formProps } = useActionForm(createKey, initialKeyForm, loadParser)
  const { values } = state
  return (
    <NewKeyDialog
      id={id}
      title="Create an API key"
      description={`You can have up to ${maximumKeys} keys at once.`}
      state={state}
      isPending={isPending}
      path="/keys"
      isOpenAtFirst={isOpenAtFirst}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <FormError text={state.formError} />
        <Field
          name="name"
          label="Name"
          hint="Where you use it, for example “CI” or “Staging server”."
          autoComplete="off"
          defaultValue={values['name']}
          errors={fieldErrors['name']}
        />
        <ScopeFields chosen={values['scopes']?.split(' ') ?? ['account:read']} errors={fieldErrors['scopes']} />
        <ExpiryFields values={values} errors={fieldErrors} />
        <LimitFields values={values} errors={fieldErrors} />
        <div className="flex justify-end">
          <SubmitButton isPending={isPending}>Create key</SubmitButton>
        </div>
      </form>
    </NewKeyDialog>
  )
})
