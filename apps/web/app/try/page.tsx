import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { getSessionUserOrNull } from '#features/auth/session.ts'
import { TryRoute } from '#features/trial/try-route.tsx'
import { requestOrigin } from '#server/request-origin.ts'
import { PageHeading } from '#ui/page-heading.tsx'

/** Names the tab, and tells search engines what can be done here. */
export const metadata: Metadata = {
  title: 'Is my route secured?',
  description: 'Call a guarded route without and with an API key, and compare status, headers and body.',
}

/** Lets a visitor call the application's own guarded routes, and see what a stranger gets. */
export default async function TryPage() {
  const user = await getSessionUserOrNull()
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-8 px-4 py-10 sm:px-6 sm:py-14">
      <PageHeading
        title="Is my route secured?"
        text="Call a guarded route of this application without a key and with one of yours, and compare the answers."
      />
      <TryRoute origin={requestOrigin(await headers())}>
        <p className="text-sm text-muted-foreground">
          No key yet?{' '}
          <Link
            href={user === null ? '/login?mode=sign-up&next=%2Fkeys' : '/keys'}
            className="rounded-sm font-medium text-foreground underline underline-offset-4 outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
          >
            {user === null ? 'Sign up and create one' : 'Create one'}
          </Link>
        </p>
        <noscript>
          <p className="text-sm text-muted-foreground">
            This page sends its requests by script, which is switched off. The lines for the shell below do the same.
          </p>
        </noscript>
      </TryRoute>
    </div>
  )
}
