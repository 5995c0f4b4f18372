'use client'

import { MailCheck } from 'lucide-react'
import { Field } from '#forms/field.tsx'
import { FormError } from '#forms/form-error.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { changeEmail, type ChangeEmailState } from './actions.ts'

const initialState: ChangeEmailState = { values: {}, fieldErrors: {} }
const loadParser = () => import('./account-forms.ts').then((module) => module.parseChangeEmail)

/** Asks for another e-mail address, and then to open the link that was sent. */
export function ChangeEmailForm() {
  const { state, isPending, fieldErrors, formProps } = useActionForm(changeEmail, initialState, loadParser)

  if (state.linkSent) {
    return (
      <Alert variant="success" role="alert">
        <MailCheck aria-hidden />
        <AlertTitle>Check your e-mail</AlertTitle>
        <AlertDescription>
          Open the link that was sent to <span className="wrap-anywhere text-foreground">{state.values['email']}</span>.
          If your present address got one too, open both. Until then nothing changes.
        </AlertDescription>
      </Alert>
    )
  }

  return (
    <form {...formProps} className="flex flex-col gap-4">
      <FormError text={state.formError} />
      <div className="flex flex-col items-start gap-3 sm:flex-row">
        <div className="w-full min-w-0 sm:max-w-sm">
          <Field
            name="email"
            label="New e-mail address"
            type="email"
            autoComplete="email"
            inputMode="email"
            autoCapitalize="none"
            spellCheck={false}
            defaultValue={state.values['email']}
            errors={fieldErrors['email']}
          />
        </div>
        {/* Level with the field, whose label is above it. */}
        <SubmitButton variant="outline" isPending={isPending} className="sm:mt-[1.375rem]">
          Change e-mail
        </SubmitButton>
      </div>
    </form>
  )
}
