import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { explainQueryError } from '#features/auth/auth-refusals.ts'
import { LoginForm } from '#features/auth/login-form.tsx'
import { parseRedirectPath } from '#features/auth/parse-redirect-path.ts'
import { isRedirectNoticeName, RedirectNotice } from '#features/auth/redirect-notice.tsx'
import { getSessionUser } from '#features/auth/session.ts'
import { FormError } from '#forms/form-error.tsx'
import { EnvironmentError } from '#server/env.ts'
import { Button } from '#ui/button.tsx'
import { GitHubMark } from '#ui/github-mark.tsx'
import { Logo } from '#ui/logo.tsx'
import { Notice } from '#ui/notice.tsx'

type Props = PageProps<'/login'>

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  return { title: (await searchParams)['mode'] === 'sign-up' ? 'Sign up' : 'Sign in' }
}

/** Sign-in and sign-up, with GitHub or with email and password. */
export default async function LoginPage({ searchParams }: Props) {
  const query = await searchParams
  const next = parseRedirectPath(query['next'])
  const isSignUp = query['mode'] === 'sign-up'
  const error = explainQueryError(query['error'])

  // Not after an error, because a session that the account page has refused would be redirected back to it. A notice is about an
  // account that is not signed in.
  if (error === undefined && !isRedirectNoticeName(query['notice'])) {
    try {
      if ((await getSessionUser()) !== null) redirect(next)
    } catch (caught) {
      if (caught instanceof EnvironmentError) return <Notice title="Sign-in is not set up" text={caught.message} />
      throw caught
    }
  }

  const nextQuery = next === '/account' ? '' : `next=${encodeURIComponent(next)}`
  return (
    <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center gap-6 px-4 py-12 sm:py-16">
      <div className="flex flex-col items-center gap-4 text-center">
        <Logo className="size-9" />
        <div className="flex flex-col gap-1.5">
          <h1 className="text-2xl font-semibold tracking-tight">
            {isSignUp ? 'Create your account' : 'Sign in to Routekey'}
          </h1>
          <p className="text-sm text-muted-foreground">
            {isSignUp ? 'Already have an account?' : 'New here?'}{' '}
            <Link
              href={`/login?${[isSignUp ? '' : 'mode=sign-up', nextQuery].filter(Boolean).join('&')}`}
              className="rounded-sm font-medium text-foreground underline underline-offset-4 outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
            >
              {isSignUp ? 'Sign in' : 'Create an account'}
            </Link>
          </p>
        </div>
      </div>

      <RedirectNotice name={query['notice']} />
      <FormError text={error} />

      <Button asChild variant="outline" size="lg">
        {/* A plain link, because prefetching it would start a sign-in. */}
        <a href={`/auth/github${nextQuery === '' ? '' : `?${nextQuery}`}`}>
          <GitHubMark className="size-4" />
          Continue with GitHub
        </a>
      </Button>

      <div className="flex items-center gap-3 text-xs text-muted-foreground">
        <span aria-hidden className="h-px flex-1 bg-border" />
        or with email
        <span aria-hidden className="h-px flex-1 bg-border" />
      </div>

      <LoginForm key={isSignUp ? 'sign-up' : 'sign-in'} mode={isSignUp ? 'sign-up' : 'sign-in'} next={next} />
    </div>
  )
}
