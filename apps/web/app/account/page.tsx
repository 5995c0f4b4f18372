import type { Metadata } from 'next'
import { Notice } from '#components/notice.tsx'
import { PageHeading } from '#components/page-heading.tsx'
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from '#components/ui/card.tsx'
import { EnvironmentError } from '#lib/env.ts'
import { readProfile } from '#lib/profile.ts'
import { createPageClient } from '#lib/supabase.ts'
import { requireUser } from '#lib/viewer.ts'
import { StripeCustomer } from './stripe-customer.tsx'

/** Names the tab. */
export const metadata: Metadata = { title: 'Account' }

const date = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })

/** Shows the visitor's own account: who they are, and their Stripe customer. */
export default async function AccountPage() {
  let user
  try {
    user = await requireUser('/account')
  } catch (error) {
    if (error instanceof EnvironmentError) return <Notice title="Accounts are not set up" text={error.message} />
    throw error
  }
  const profile = await readProfile(await createPageClient(), user.id)

  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col gap-8 px-4 py-10 sm:px-6 sm:py-14">
      <PageHeading title="Account" text="Who you are here, and at Stripe." />

      <Card aria-labelledby="profile">
        <CardHeader>
          <CardTitle id="profile">Profile</CardTitle>
        </CardHeader>
        <CardContent>
          <dl className="grid gap-x-6 gap-y-4 text-sm sm:grid-cols-[10rem_1fr]">
            <Row label="E-mail">{profile?.email || user.email || 'none'}</Row>
            <Row label="Signed up">{date.format(profile?.createdAt ?? new Date(user.created_at))}</Row>
            <Row label="User id">
              <span className="font-mono text-[0.8125rem]">{user.id}</span>
            </Row>
          </dl>
        </CardContent>
      </Card>

      <Card aria-labelledby="stripe-customer">
        <CardHeader>
          <CardTitle id="stripe-customer">Stripe customer</CardTitle>
          <CardDescription>Created for you by a route that only this application can call.</CardDescription>
        </CardHeader>
        <CardContent>
          <StripeCustomer initial={profile?.progress ?? { status: 'pending' }} />
        </CardContent>
      </Card>
    </div>
  )
}

function Row({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid gap-1 sm:col-span-2 sm:grid-cols-subgrid">
      <dt className="text-muted-foreground">{label}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  )
}
