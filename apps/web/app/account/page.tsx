import type { User } from '@supabase/supabase-js'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { ChangeEmailForm } from '#features/account/change-email-form.tsx'
import { DeleteAccount } from '#features/account/delete-account.tsx'
import { describeSignInMethods } from '#features/account/describe-sign-in-methods.ts'
import { type Profile, readProfile } from '#features/account/read-profile.ts'
import { signOut } from '#features/auth/actions.ts'
import { RedirectNotice } from '#features/auth/redirect-notice.tsx'
import { requireUser } from '#features/auth/session.ts'
import { StripeCustomerStatus } from '#features/stripe-customer/stripe-customer-status.tsx'
import { EnvironmentError } from '#server/env.ts'
import { createPageClient } from '#server/supabase.ts'
import { Button } from '#ui/button.tsx'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '#ui/card.tsx'
import { CopyButton } from '#ui/copy-button.tsx'
import { Notice } from '#ui/notice.tsx'
import { PageHeading } from '#ui/page-heading.tsx'
import { Time } from '#ui/time.tsx'

/** Names the tab. */
export const metadata: Metadata = { title: 'Account' }

interface Props {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** Shows the visitor's own account: who they are, their Stripe customer, and how to change or end it. */
export default async function AccountPage({ searchParams }: Props) {
  let user: User
  try {
    user = await requireUser('/account')
  } catch (error) {
    if (error instanceof EnvironmentError) return <Notice title="Accounts are not set up" text={error.message} />
    throw error
  }
  const profile = await readProfile(await createPageClient(), user.id)
  const email = user.email ?? ''

  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-8 px-4 py-10 sm:px-6 sm:py-14">
      <PageHeading title="Account" text="Who you are here, and at Stripe.">
        <form action={signOut}>
          <Button variant="outline">Sign out</Button>
        </form>
      </PageHeading>
      <RedirectNotice name={(await searchParams)['notice']} />

      <Section id="profile" title="Profile">
        <ProfileFacts user={user} profile={profile} />
      </Section>
      <Section
        id="stripe-customer"
        title="Stripe customer"
        text="Created for you by a route that only this application can call."
      >
        <StripeCustomerStatus initial={profile?.progress ?? { status: 'pending' }} />
      </Section>
      <Section
        id="change-email"
        title="E-mail address"
        text="It changes once you have opened the link in an e-mail, here and for your Stripe customer."
      >
        {/* Made anew for a new address, so that it no longer waits for the link. */}
        <ChangeEmailForm key={email} />
      </Section>
      <Section
        id="danger-zone"
        title="Delete account"
        text="Takes your profile, your API keys and your Stripe customer with it, at once and for good."
        className="border-destructive/35"
      >
        <DeleteAccount email={email} />
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

function ProfileFacts({ user, profile }: { user: User; profile: Profile | null }) {
  const methods = describeSignInMethods(user)
  return (
    <dl className="grid gap-x-6 gap-y-4 text-sm sm:grid-cols-[10rem_1fr]">
      <Row label="E-mail">{user.email || 'none'}</Row>
      {methods.length > 0 && <Row label="Sign-in">{methods.join('; ')}</Row>}
      <Row label="Signed up">
        <Time at={profile?.createdAt ?? new Date(user.created_at)} />
      </Row>
      <Row label="User id">
        <span className="flex min-w-0 items-center gap-1">
          <code className="font-mono text-[0.8125rem]">{user.id}</code>
          <CopyButton text={user.id} label="your user id" />
        </span>
      </Row>
    </dl>
  )
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid items-center gap-1 sm:col-span-2 sm:grid-cols-subgrid">
      <dt className="text-muted-foreground">{label}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  )
}
