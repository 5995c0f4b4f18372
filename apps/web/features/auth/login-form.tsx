'use client'

import { MailCheck } from 'lucide-react'
import { Field } from '#forms/field.tsx'
import { FormError } from '#forms/form-error.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { useActionForm } from '#forms/use-action-form.ts'
import { Alert, AlertDescription, AlertTitle } from '#ui/alert.tsx'
import { type LoginState, signIn, signUp } from './actions.ts'

const initialState: LoginState = { values: {}, fieldErrors: {} }
const loadSignIn = () => import('./credentials.ts').then((module) => module.parseSignIn)
const loadSignUp = () => import('./credentials.ts').then((module) => module.parseSignUp)

/**
 * Shows the fields for email and password, with each error at its field. It works before scripts arrive, because the browser
 * then posts the form itself.
 *
 * @param props.next the path to redirect to afterwards
 */
export function LoginForm({ mode, next }: { mode: 'sign-in' | 'sign-up'; next: string }) {
  const isSignUp = mode === 'sign-up'
  const { state, isPending, fieldErrors, formProps } = useActionForm(
    isSignUp ? signUp : signIn,
    initialState,
    isSignUp ? loadSignUp : loadSignIn,
  )

  if (state.confirmationSent) {
    return (
      <Alert variant="success" role="alert">
        <MailCheck aria-hidden />
        <AlertTitle>Check your email</AlertTitle>
        <AlertDescription>
          We sent a link to <span className="wrap-anywhere text-foreground">{state.values['email']}</span>. Open it in
          this browser to finish signing up.
        </AlertDescription>
      </Alert>
    )
  }

  return (
    <form {...formProps} className="flex flex-col gap-4">
      <input type="hidden" name="next" value={next} />
      <FormError text={state.formError} />
      <Field
        name="email"
        label="Email"
        type="email"
        autoComplete="username"
        inputMode="email"
        defaultValue={state.values['email']}
        errors={fieldErrors['email']}
      />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete={isSignUp ? 'new-password' : 'current-password'}
        hint={isSignUp ? 'At least 8 characters.' : undefined}
        errors={fieldErrors['password']}
      />
      <SubmitButton size="lg" isPending={isPending}>
        {isSignUp ? 'Create account' : 'Sign in'}
      </SubmitButton>
    </form>
  )
}
