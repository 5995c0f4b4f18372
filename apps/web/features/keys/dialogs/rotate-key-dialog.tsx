'use client'

import { CheckBox } from '#forms/check-box.tsx'
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

/** Replaces a key with a new one and shows it once. */
export const RotateKeyDialog = withResetOnClose<KeyDialogProps>(({ id, keyId, name, isOpenAtFirst, onClosed }) => {
  const { state, isPending, fieldErrors, formProps } = useActionForm(rotateKey, initialKeyForm, loadParser)
  return (
    <NewKeyDialog
      id={id}
      title={`Rotate “${name}”`}
      description="Creates a new key with the same name, scopes, limit and expiry. Switch to it before the old key expires. A key from an earlier rotation stops working immediately."
      state={state}
      isPending={isPending}
      path={`/keys/${keyId}`}
      isOpenAtFirst={isOpenAtFirst}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <input type="hidden" name="id" value={keyId} />
        <FormError text={state.formError} />
        <div className="group/old-key flex flex-col gap-4">
          <div className="group-has-[input:checked]/old-key:hidden">
            <Field id={`${id}-grace`} name="grace" label="Old key expires" errors={fieldErrors['grace']}>
              {(control) => (
                <Select {...control} defaultValue={state.values['grace'] ?? '86400'}>
                  <option value="604800">in 7 days</option>
                  <option value="86400">in 24 hours</option>
                  <option value="3600">in 1 hour</option>
                </Select>
              )}
            </Field>
          </div>
          <CheckBox
            id={`${id}-ends-now`}
            name="endsNow"
            label="End the old key now"
            text="If it may have leaked. Requests with it fail immediately."
            isChecked={state.values['endsNow'] !== undefined}
          />
        </div>
        <div className="flex justify-end">
          <SubmitButton isPending={isPending}>Rotate key</SubmitButton>
        </div>
      </form>
    </NewKeyDialog>
  )
})
