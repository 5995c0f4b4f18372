'use client'

import { Field } from '#components/field.tsx'
import { FormError } from '#components/form-error.tsx'
import { type FormDialogProps, inTurns } from '#components/in-turns.tsx'
import { SubmitButton } from '#components/submit-button.tsx'
import { Button } from '#components/ui/button.tsx'
import { closes, Dialog, opens } from '#components/ui/dialog.tsx'
import { useActionForm } from '#components/use-action-form.ts'
import { deleteConfirmation } from '#lib/delete-confirmation.ts'
import type { FormState } from '#lib/form.ts'
import { deleteAccount } from './actions.ts'

const dialogId = 'delete-account'
const initialState: FormState = { values: {}, fieldErrors: {} }

/**
 * Offers to delete the account, once its address was typed.
 *
 * @param props.email of the account; empty where it has none
 */
export function DeleteAccount({ email }: { email: string }) {
  return (
    <>
      <Button type="button" variant="destructive" {...opens(dialogId)}>
        Delete account
      </Button>
      <DeleteAccountDialog id={dialogId} email={email} />
    </>
  )
}

const DeleteAccountDialog = inTurns<FormDialogProps & { email: string }>(({ id, email, isOpenAtFirst, onClosed }) => {
  const loadParser = () => import('#lib/account-forms.ts').then((module) => module.createDeleteAccountParser(email))
  const { state, isPending, fieldErrors, formProps } = useActionForm(deleteAccount, initialState, loadParser)
  const wasRefused = state.formError !== undefined || Object.keys(state.fieldErrors).length > 0

  return (
    <Dialog
      id={id}
      title="Delete your account?"
      description="Your profile, your API keys and your Stripe customer are deleted at once, and subscriptions end. Nobody can undo this."
      isOpenAtFirst={isOpenAtFirst || wasRefused}
      onClosed={onClosed}
    >
      <form {...formProps} className="flex flex-col gap-5">
        <FormError text={state.formError} />
        <Field
          name="confirmation"
          label={`Type ${deleteConfirmation(email)} to confirm`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={state.values['confirmation']}
          errors={fieldErrors['confirmation']}
        />
        <div className="flex flex-wrap justify-end gap-2">
          <Button type="button" variant="ghost" {...closes(id)}>
            Keep my account
          </Button>
          <SubmitButton variant="destructive" isPending={isPending}>
            Delete for good
          </SubmitButton>
        </div>
      </form>
    </Dialog>
  )
})
