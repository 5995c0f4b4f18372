import { Field } from '#forms/field.tsx'
import { Button } from '#ui/button.tsx'
import { GitHubMark } from '#ui/github-mark.tsx'
import type { SignInMethods } from './describe-sign-in-methods.ts'

/** How a user can prove again who they are, and whether they must. */
export interface ProofOptions {
  readonly isNeeded: boolean
  readonly methods: SignInMethods
}

const signedInLongAgo = 'You signed in over 10 minutes ago. Confirm it’s you.'
/** Leads back to the account page, which then says what to do. */
const githubHref = `/auth/github?next=${encodeURIComponent('/account?notice=signed-in-again')}`

/**
 * Asks for the password, because a stolen session must not be enough.
 *
 * @param props.id of the field, because the page has several
 * @param props.withGithub whether the user can sign in with GitHub as well
 */
export function ProofField(props: { id: string; withGithub: boolean; errors: string[] | undefined }) {
  const { id, withGithub, errors } = props
  return (
    <div className="flex flex-col gap-2">
      <Field
        id={id}
        name="password"
        label="Current password"
        type="password"
        autoComplete="current-password"
        hint={signedInLongAgo}
        errors={errors}
      />
      {withGithub && (
        <p className="text-sm text-muted-foreground">
          Or {/* A plain link, because prefetching it would start a sign-in. */}
          <a
            href={githubHref}
            className="rounded-sm font-medium text-foreground underline underline-offset-4 outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
          >
            sign in with GitHub again
          </a>
          .
        </p>
      )}
    </div>
  )
}

/** Leads a user without a password to GitHub and back. In place of a form, whose input would be lost on the way. */
export function GithubProof() {
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="text-sm text-muted-foreground">{signedInLongAgo}</p>
      <Button asChild variant="outline">
        {/* A plain link, because prefetching it would start a sign-in. */}
        <a href={githubHref}>
          <GitHubMark className="size-4" />
          Sign in with GitHub again
        </a>
      </Button>
    </div>
  )
}
