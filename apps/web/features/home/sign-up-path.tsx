import { cx } from 'class-variance-authority'
import { CircleCheck, CreditCard, type LucideIcon, ShieldCheck, UserRoundPlus } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { Profile } from '#features/account/read-profile.ts'
import { StripeCustomerStatus } from '#features/stripe-customer/stripe-customer-status.tsx'
import { GuardCheck } from '#features/trial/guard-check.tsx'
import { Badge } from '#ui/badge.tsx'
import { Button } from '#ui/button.tsx'
import { Time } from '#ui/time.tsx'

const reached = 'border-success/50 text-success'
// By style, because the last step learns in the browser that the customer is there.
const reachedAtTheEnd =
  'text-muted-foreground group-has-data-[status=done]/path:border-success/50 group-has-data-[status=done]/path:text-success'

/**
 * Draws the path from a sign-up to a Stripe customer, with what this application knows of the visitor's own.
 *
 * @param props.profile null while no one is signed in; `unreadable` while the database is away
 */
export function SignUpPath({ profile }: { profile: Profile | 'unreadable' | null }) {
  const isSignedUp = profile !== null && profile !== 'unreadable'
  return (
    <ol className="group/path flex flex-col">
      <Step
        icon={UserRoundPlus}
        title="Someone signs up"
        text="Supabase stores the user. The same transaction adds a profile and notes the work to be done, so nothing is lost."
        mark={isSignedUp ? reached : 'text-muted-foreground'}
        line={isSignedUp ? 'text-success' : 'text-input'}
      >
        <div className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-2 p-4 text-sm">
          <OwnProfile profile={profile} />
        </div>
      </Step>
      <Step
        icon={ShieldCheck}
        title="The database calls the route"
        text="It sends the key along. A caller without it gets 401, and the handler never runs. Try it: you are such a caller."
        mark={reachedAtTheEnd}
        line="text-input group-has-data-[status=done]/path:text-success"
      >
        <GuardCheck />
      </Step>
      <Step
        icon={CreditCard}
        title="Stripe has one customer"
        text="Exactly one, however often the route is called. Its id appears here and in the account, by itself."
        mark={reachedAtTheEnd}
      >
        <div className="flex min-h-16 flex-col justify-center p-4 text-sm max-sm:min-h-31">
          {isSignedUp ? (
            <StripeCustomerStatus initial={profile.progress} />
          ) : (
            <p className="text-muted-foreground">
              <span className="font-mono text-[0.8125rem]">cus_…</span> Yours appears here once you have signed up.
            </p>
          )}
        </div>
      </Step>
    </ol>
  )
}

function Step({
  icon: Icon,
  title,
  text,
  mark,
  line,
  children,
}: {
  icon: LucideIcon
  title: string
  text: string
  mark: string
  line?: string
  children: ReactNode
}) {
  return (
    <li className="grid grid-cols-[2.25rem_minmax(0,1fr)] gap-x-3 sm:gap-x-5">
      <div className="flex flex-col items-center">
        <span
          className={cx(
            'grid size-9 shrink-0 place-items-center rounded-full border bg-card shadow-xs transition-colors',
            mark,
          )}
        >
          <Icon aria-hidden className="size-4" />
        </span>
        {line !== undefined && (
          // Dashed while the work is still to be done, and moving while it is being done.
          <svg aria-hidden width="2" className={cx('min-h-0 grow basis-0 transition-colors', line)}>
            <line
              x1="1"
              x2="1"
              y1="0"
              y2="100%"
              stroke="currentColor"
              strokeWidth="2"
              strokeDasharray="4 4"
              className="group-has-data-[status=done]/path:[stroke-dasharray:none] motion-safe:group-has-data-[status=pending]/path:animate-flow"
            />
          </svg>
        )}
      </div>
      <div className={cx('grid min-w-0 gap-x-8 gap-y-4 lg:grid-cols-[5fr_7fr]', line === undefined ? 'pb-0' : 'pb-10')}>
        <div className="flex flex-col gap-1.5 pt-1.5">
          <h3 className="font-medium">{title}</h3>
          <p className="text-sm text-pretty text-muted-foreground">{text}</p>
        </div>
        <div className="min-w-0 self-start rounded-xl border bg-card shadow-xs">{children}</div>
      </div>
    </li>
  )
}

function OwnProfile({ profile }: { profile: Profile | 'unreadable' | null }) {
  if (profile === 'unreadable') {
    return <p className="text-muted-foreground">Your profile cannot be read at the moment.</p>
  }
  if (profile === null) {
    return (
      <>
        <p className="text-muted-foreground">There is no profile of yours yet.</p>
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
        Your profile is there since <Time at={profile.createdAt} />.
      </span>
    </>
  )
}
