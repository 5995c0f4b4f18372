import { CircleCheck, CreditCard, ShieldCheck, UserRoundPlus } from 'lucide-react'
import Link from 'next/link'
import { type Profile, readProfile } from '#features/account/read-profile.ts'
import { StripeCustomerStatus } from '#features/stripe-customer/stripe-customer-status.tsx'
import { GuardCheck } from '#features/trial/guard-check.tsx'
import { statusPhrases } from '#features/trial/status-phrases.ts'
import { describeError, log } from '#server/log.ts'
import { createPageClient } from '#server/supabase.ts'
import { Badge } from '#ui/badge.tsx'
import { Button } from '#ui/button.tsx'
import { Time } from '#ui/time.tsx'
import { PathStep } from './path-step.tsx'

const reached = 'border-success/50 text-success'
// In CSS, because the last step learns in the browser that the customer exists.
const reachedAtTheEnd =
  'text-muted-foreground group-has-data-[status=done]/path:border-success/50 group-has-data-[status=done]/path:text-success'

/**
 * Shows the path from a sign-up to a Stripe customer, with the visitor's own data.
 *
 * @param props.userId null if nobody is signed in
 */
export async function SignUpPath({ userId }: { userId: string | null }) {
  const profile = userId === null ? null : await tryReadProfile(userId)
  const isSignedUp = profile !== null && profile !== 'unreadable'
  return (
    <ol className="group/path flex flex-col">
      <PathStep
        icon={UserRoundPlus}
        title="Someone signs up"
        text="Supabase creates the user. The same transaction adds a profile and queues the Stripe customer, so no sign-up is lost."
        mark={isSignedUp ? reached : 'text-muted-foreground'}
        line={isSignedUp ? 'text-success' : 'text-input'}
      >
        <div className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-2 p-4 text-sm">
          <OwnProfile profile={profile} />
        </div>
      </PathStep>
      <PathStep
        icon={ShieldCheck}
        title="The database calls the route"
        text="It sends the key with the request. Without the key, the route responds 401 and its handler never runs. Try it: you don’t have the key."
        mark={reachedAtTheEnd}
        line="text-input group-has-data-[status=done]/path:text-success"
      >
        <GuardCheck phrases={statusPhrases} />
      </PathStep>
      <PathStep
        icon={CreditCard}
        title="Stripe has one customer"
        text="Exactly one, no matter how often the route is called. Its ID appears here and on your account page without a reload."
        mark={reachedAtTheEnd}
      >
        <div className="flex min-h-16 flex-col justify-center p-4 text-sm max-sm:min-h-31">
          {isSignedUp ? (
            <StripeCustomerStatus initial={profile.progress} />
          ) : (
            <p className="text-muted-foreground">
              <span className="font-mono text-[0.8125rem]">cus_…</span> Your customer ID appears here after you sign up.
            </p>
          )}
        </div>
      </PathStep>
    </ol>
  )
}

async function tryReadProfile(id: string): Promise<Profile | 'unreadable' | null> {
  try {
    return await readProfile(await createPageClient(), id)
  } catch (error) {
    // The rest of the page works without the profile.
    log('error', 'home.profile_unreadable', { error: describeError(error) })
    return 'unreadable'
  }
}

function OwnProfile({ profile }: { profile: Profile | 'unreadable' | null }) {
  if (profile === 'unreadable') {
    return <p className="text-muted-foreground">We couldn’t load your profile. Reload the page to try again.</p>
  }
  if (profile === null) {
    return (
      <>
        <p className="text-muted-foreground">You don’t have a profile yet.</p>
        <Button asChild size="sm" variant="outline" className="sm:ml-auto">
          <Link href="/login?mode=sign-up">Sign up</Link>
        </Button>
      </>
    )
  }
  return (
    <>
      <Badge variant="success">
        <CircleCheck aria-hidden /> Signed up
      </Badge>
      <span className="min-w-0 text-muted-foreground">
        Profile created <Time at={profile.createdAt} />.
      </span>
    </>
  )
}
