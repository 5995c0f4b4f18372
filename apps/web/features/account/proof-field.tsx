import { Field } from '#forms/field.tsx'
import { Button } from '#ui/button.tsx'
import { GitHubMark } from '#ui/github-mark.tsx'
import type { SignInMethods } from './describe-sign-in-methods.ts'

/** How a user can prove again who they are, and whether they must. */
export interface ProofOptions {
  readonly isNeeded: boolean
  readonly methods: SignInMethods
}

/** Leads back to the account page, which then says what to do. */
const githubHref = `/auth/github?next=${encodeURIComponent('/account?notice=signed-in-again')}`

/**
 * Asks for the password, or leads to GitHub and back. A stolen session must not be enough.
 *
 * @param props.id of the field, because the page has several
 */
export function ProofField(props: { id: string; methods: SignInMethods; errors: string[] | undefined }) {
  const { id, methods, errors } = props
  if (!methods.password) {
    return (
      <div className="flex flex-col items-start gap-3">
        <p className="text-sm text-muted-foreground">
          You signed in more than 10 minutes ago. Sign in again to confirm that it’s you.
        </p>
        <GithubButton />
      </div>
    )
  }
  return (
    <div className="flex flex-col items-start gap-3 *:w-full">
      <Field
        id={id}
        name="password"
        label="Current password"
        type="password"
        autoComplete="current-password"
        hint="You signed in more than 10 minutes ago. Confirm that it’s you."
        errors={errors}
      />
      {methods.github && <GithubButton />}
    </div>
  )
}

function GithubButton() {
  return (
    <Button asChild variant="outline">
      {/* A plain link, because prefetching it would start a sign-in. */}
      <a href={githubHref}>
        <GitHubMark className="size-4" />
        Sign in with GitHub again
      </a>
    </Button>
  )
}
