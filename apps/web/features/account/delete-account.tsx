'use client'

import { Field } from '#forms/field.tsx'
import { FormError } from '#forms/form-error.tsx'
import { type FormDialogProps, withResetOnClose } from '#forms/reset-on-close.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Button } from '#ui/button.tsx'
import { closes, Dialog, opens } from '#ui/dialog.tsx'
import { deleteAccount } from './actions.ts'
import { deleteConfirmation } from './delete-confirmation.ts'
import { GithubProof, ProofField, type ProofOptions } from './proof-field.tsx'
import type { ProvenFormState } from './prove-identity.ts'

const dialogId = 'delete-account'
const initialState: ProvenFormState = { values: {}, fieldErrors: {} }

/**
 * Lets the user delete their account after typing its address.
 *
 * @param props.email of the account; empty if it has no address
 * @param props.proof how the user can prove who they are again, and whether they must
 */
export function DeleteAccount({ email, proof }: { email: string; proof: ProofOptions }) {
  return (
    <>
      <Button type="button" variant="destructive" {...opens(dialogId)}>
        Delete account
      </Button>
      <DeleteAccountDialog id={dialogId} email={email} proof={proof} />
    </>
  )
}

const DeleteAccountDialog = withResetOnClose<FormDialogProps & { email: string; proof: ProofOptions }>(
  ({ id, email, proof, isOpenAtFirst, onClosed }) => {
    const loadParser = () => import('./account-forms.ts').then((module) => module.createDeleteAccountParser(email))
    const { state, isPending, fieldErrors, formProps } = useActionForm(deleteAccount, initialState, loadParser)
    const isProofNeeded = proof.isNeeded || state.needsProof === true
    const wasRefused =
      state.formError !== undefined || state.needsProof === true || Object.keys(state.fieldErrors).length > 0

    return (
      <Dialog
        id={id}
        title="Delete your account?"
        description="This permanently deletes your profile, API keys and Stripe customer, and ends your subscriptions. You cannot undo it."
        isOpenAtFirst={isOpenAtFirst || wasRefused}
        onClosed={onClosed}
      >
        {isProofNeeded && !proof.methods.password ? (
          <GithubProof />
        ) : (
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
            {isProofNeeded && (
              <ProofField
                id="delete-account-password"
                withGithub={proof.methods.github}
                errors={fieldErrors['password']}
              />
            )}
            <div className="flex flex-wrap justify-end gap-2">
              <Button type="button" variant="ghost" {...closes(id)}>
                Cancel
              </Button>
              <SubmitButton variant="destructive" isPending={isPending}>
                Delete permanently
              </SubmitButton>
            </div>
          </form>
        )}
      </Dialog>
    )
  },
)
