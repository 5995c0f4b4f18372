import type { Metadata } from 'next'
import { headers } from 'next/headers'
import Link from 'next/link'
import { getSessionUserOrNull } from '#features/auth/session.ts'
import { statusPhrases } from '#features/trial/status-phrases.ts'
import { TryRoute } from '#features/trial/try-route.tsx'
import { requestOrigin } from '#server/request-origin.ts'
import { PageHeading } from '#ui/page-heading.tsx'

export const metadata: Metadata = {
  title: 'Is my route secured?',
  description: 'Call a guarded route without and with an API key, and compare status, headers and body.',
}

/** Lets a visitor call the application's own guarded routes, without and with a key. */
export default async function TryPage() {
  const user = await getSessionUserOrNull()
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-8 px-4 py-10 sm:px-6 sm:py-14">
      <PageHeading
        title="Is my route secured?"
        text="Call a guarded route of this application without a key and with yours, and compare the responses."
      />
      <TryRoute origin={requestOrigin(await headers())} phrases={statusPhrases}>
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
            This page needs JavaScript to send its requests. Use the commands below instead.
          </p>
        </noscript>
      </TryRoute>
    </div>
  )
}
