'use client'

import { MailCheck } from 'lucide-react'
import { Field } from '#forms/field.tsx'
import { FormError } from '#forms/form-error.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { changeEmail, type ChangeEmailState } from './actions.ts'
import { GithubProof, ProofField, type ProofOptions } from './proof-field.tsx'

const initialState: ChangeEmailState = { values: {}, fieldErrors: {} }
const loadParser = () => import('./account-forms.ts').then((module) => module.parseChangeEmail)

/**
 * Asks for a new email address, and then to open the link in the email.
 *
 * @param props.proof how the user can prove who they are again, and whether they must
 */
export function ChangeEmailForm({ proof }: { proof: ProofOptions }) {
  const { state, isPending, fieldErrors, formProps } = useActionForm(changeEmail, initialState, loadParser)

  const isProofNeeded = proof.isNeeded || state.needsProof === true

  if (state.linkSent) {
    return (
      <Alert variant="success" role="alert">
        <MailCheck aria-hidden />
        <AlertTitle>Check your email</AlertTitle>
        <AlertDescription>
          Open the link that we sent to <span className="wrap-anywhere text-foreground">{state.values['email']}</span>.
          If your current address received one too, open both. Nothing changes until then.
        </AlertDescription>
      </Alert>
    )
  }

  if (isProofNeeded && !proof.methods.password) return <GithubProof />

  return (
    <form {...formProps} className="flex flex-col gap-4">
      <FormError text={state.formError} />
      <div
        className={isProofNeeded ? 'flex flex-col items-start gap-4' : 'flex flex-col items-start gap-3 sm:flex-row'}
      >
        <div className="flex w-full min-w-0 flex-col gap-4 sm:max-w-sm">
          <Field
            name="email"
            label="New email address"
            type="email"
            autoComplete="email"
            inputMode="email"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={state.values['email']}
            errors={fieldErrors['email']}
          />
          {isProofNeeded && (
            <ProofField id="change-email-password" withGithub={proof.methods.github} errors={fieldErrors['password']} />
          )}
        </div>
        {/* Aligned with the field, below its label. */}
        <SubmitButton variant="outline" isPending={isPending} className={isProofNeeded ? '' : 'sm:mt-[1.375rem]'}>
          Change email
        </SubmitButton>
      </div>
    </form>
  )
}
