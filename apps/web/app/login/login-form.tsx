'use client'

import { CircleAlert, MailCheck } from 'lucide-react'
import { useActionState } from 'react'
import { Alert, AlertDescription, AlertTitle } from '#components/ui/alert.tsx'
import { Button } from '#components/ui/button.tsx'
import { Input } from '#components/ui/input.tsx'
import { Label } from '#components/ui/label.tsx'
import { Spinner } from '#components/ui/spinner.tsx'
import { type LoginState, signIn, signUp } from './actions.ts'

const initialState: LoginState = { email: '', fieldErrors: {} }

/**
 * Shows the fields for e-mail and password, with each error at its field. It works before scripts arrive: the browser
 * then posts the form itself.
 *
 * @param props.next where to go afterwards
 */
export function LoginForm({ mode, next }: { mode: 'sign-in' | 'sign-up'; next: string }) {
  const isSignUp = mode === 'sign-up'
  const [state, action, isPending] = useActionState(isSignUp ? signUp : signIn, initialState)

  if (state.confirmationSent) {
    return (
      <Alert variant="success" role="alert">
        <MailCheck aria-hidden />
        <AlertTitle>Check your e-mail</AlertTitle>
        <AlertDescription>
          We have sent a link to <span className="wrap-anywhere text-foreground">{state.email}</span>. Open it in this
          browser to finish.
        </AlertDescription>
      </Alert>
    )
  }

  return (
    <form action={action} noValidate className="flex flex-col gap-4">
      <input type="hidden" name="next" value={next} />
      {state.formError !== undefined && (
        <Alert variant="destructive" role="alert">
          <CircleAlert aria-hidden />
          <AlertDescription className="text-foreground">{state.formError}</AlertDescription>
        </Alert>
      )}
      <Field
        name="email"
        label="E-mail"
        type="email"
        autoComplete="username"
        inputMode="email"
        defaultValue={state.email}
        errors={state.fieldErrors.email}
      />
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete={isSignUp ? 'new-password' : 'current-password'}
        hint={isSignUp ? 'At least 8 characters.' : undefined}
        errors={state.fieldErrors.password}
      />
      {/* Still focusable while it waits: a disabled button would drop the keyboard's focus. */}
      <Button size="lg" aria-disabled={isPending} type={isPending ? 'button' : 'submit'}>
        {isPending && <Spinner />}
        {isSignUp ? 'Create account' : 'Sign in'}
      </Button>
    </form>
  )
}

function Field({
  name,
  label,
  hint,
  errors,
  ...input
}: {
  name: string
  label: string
  hint?: string | undefined
  errors: string[] | undefined
} & Omit<React.ComponentProps<'input'>, 'name'>) {
  const isInvalid = errors !== undefined && errors.length > 0
  const descriptionId = `${name}-description`
  const description = isInvalid ? errors.join(' ') : hint
  return (
    <div className="flex flex-col gap-2">
      <Label htmlFor={name}>{label}</Label>
      <Input
        id={name}
        name={name}
        required
        aria-invalid={isInvalid}
        aria-describedby={description === undefined ? undefined : descriptionId}
        autoCapitalize="none"
        spellCheck={false}
        {...input}
      />
      {description !== undefined && (
        <p
          id={descriptionId}
          // Announced when it comes, because focus stays on the button.
          role={isInvalid ? 'alert' : undefined}
          className={isInvalid ? 'text-sm text-destructive' : 'text-sm text-muted-foreground'}
        >
          {description}
        </p>
      )}
    </div>
  )
}
