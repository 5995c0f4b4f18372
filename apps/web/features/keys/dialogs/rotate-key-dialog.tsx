'use client'

import { Field } from '#forms/field.tsx'
import { FormError } from '#forms/form-error.tsx'
import { withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Select } from '#ui/select.tsx'
import { rotateKey } from '../actions.ts'
import { initialKeyForm, type KeyDialogProps } from './key-form.ts'
import { NewKeyDialog } from './new-key-dialog.tsx'

const loadParser = () => import('../rules/change-key-forms.ts').then((module) => module.parseRotateKey)

/** Replaces a key by another, and shows that once. */
export const RotateKeyDialog = withResetOnClose<KeyDialogProps>(({ id, keyId, name, isOpenAtFirst, onClosed }) => {
  const { state, isPending, fieldErrors, formProps } = useActionForm(rotateKey, initialKeyForm, loadParser)
  return (
    <NewKeyDialog
      id={id}
      title={`Rotate “${name}”`}
      description="You get a new key with the same name, scopes, limit and expiry. Put it in place of the old one before that stops working."
      state={state}
      isPending={isPending}
      path={`/keys/${keyId}`}
      isOpenAtFirst={isOpenAtFirst}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <input type="hidden" name="id" value={keyId} />
        <FormError text={state.formError} />
        <Field id={`${id}-grace`} name="grace" label="The old key works" errors={fieldErrors['grace']}>
          {(control) => (
            <Select {...control} defaultValue={state.values['grace'] ?? '86400'}>
              <option value="604800">for 7 more days</option>
              <option value="86400">for 24 more hours</option>
              <option value="3600">for 1 more hour</option>
              <option value="0">no longer</option>
            </Select>
          )}
        </Field>
        <div className="flex justify-end">
          <SubmitButton isPending={isPending}>Rotate key</SubmitButton>
        </div>
      </form>
    </NewKeyDialog>
  )
})
