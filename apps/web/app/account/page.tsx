import type { User } from '@supabase/supabase-js'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { ChangeEmailForm } from '#features/account/change-email-form.tsx'
import { DeleteAccount } from '#features/account/delete-account.tsx'
import { listSignInMethods } from '#features/account/describe-sign-in-methods.ts'
import { ProfileFacts } from '#features/account/profile-facts.tsx'
import { needsProof } from '#features/account/prove-identity.ts'
import { readProfile } from '#features/account/read-profile.ts'
import { signOut } from '#features/auth/actions.ts'
import { RedirectNotice } from '#features/auth/redirect-notice.tsx'
import { requireUser } from '#features/auth/session.ts'
import { StripeCustomerStatus } from '#features/stripe-customer/stripe-customer-status.tsx'
import { EnvironmentError } from '#server/env.ts'
import { createPageClient } from '#server/supabase.ts'
import { Button } from '#ui/button.tsx'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '#ui/card.tsx'
import { Notice } from '#ui/notice.tsx'
import { PageHeading } from '#ui/page-heading.tsx'

export const metadata: Metadata = { title: 'Account' }

/** The user's account: profile, Stripe customer, change of address, deletion. */
export default async function AccountPage({ searchParams }: PageProps<'/account'>) {
  let user: User
  try {
    user = await requireUser('/account')
  } catch (error) {
    if (error instanceof EnvironmentError) return <Notice title="Accounts are not set up" text={error.message} />
    throw error
  }
  const [profile, isNeeded] = await Promise.all([readProfile(await createPageClient(), user.id), needsProof(user)])
  const proof = { isNeeded, methods: listSignInMethods(user) }
  const email = user.email ?? ''
  const { notice } = await searchParams

  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-8 px-4 py-10 sm:px-6 sm:py-14">
      <PageHeading title="Account" text="Your profile and your Stripe customer.">
        <form action={signOut}>
          <Button variant="outline">Sign out</Button>
        </form>
      </PageHeading>
      <RedirectNotice name={notice === 'signed-in-again' && isNeeded ? undefined : notice} />

      <Section id="profile" title="Profile">
        <ProfileFacts user={user} createdAt={profile?.createdAt ?? new Date(user.created_at)} />
      </Section>
      <Section
        id="stripe-customer"
        title="Stripe customer"
        text="Created through a route that only this application can call."
      >
        <StripeCustomerStatus initial={profile?.progress ?? { status: 'pending' }} />
      </Section>
      <Section
        id="change-email"
        title="Email address"
        text="We send a link to the new address. When you open it, your account and your Stripe customer change to it."
      >
        {/* The key resets the form after a change, so that it no longer waits for the link. */}
        <ChangeEmailForm key={email} proof={proof} />
      </Section>
      <Section
        id="danger-zone"
        title="Delete account"
        text="Permanently deletes your profile, API keys and Stripe customer."
        className="border-destructive/35"
      >
        <DeleteAccount email={email} proof={proof} />
      </Section>
    </div>
  )
}

function Section(props: { id: string; title: string; text?: string; className?: string; children: ReactNode }) {
  const { id, title, text, className, children } = props
  return (
    <Card aria-labelledby={id} className={className}>
      <CardHeader>
        <CardTitle id={id}>{title}</CardTitle>
        {text !== undefined && <CardDescription>{text}</CardDescription>}
      </CardHeader>
      <CardContent>{children}</CardContent>
    </Card>
  )
}
