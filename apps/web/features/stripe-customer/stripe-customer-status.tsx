'use client'

import { CircleAlert, CircleCheck, Clock } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Badge } from '#ui/badge.tsx'
import { Button } from '#ui/button.tsx'
import { CopyButton } from '#ui/copy-button.tsx'
import { Spinner } from '#ui/spinner.tsx'
import { describeCause, describeNextAttempt, type StripeCustomerProgress } from './stripe-customer-progress.ts'
import { useStripeCustomer } from './use-stripe-customer.ts'

/**
 * Shows the Stripe customer, or its progress until there is one.
 *
 * @param props.initial the progress when the server rendered the page
 */
export function StripeCustomerStatus({ initial }: { initial: StripeCustomerProgress }) {
  const { progress, connection, askNow } = useStripeCustomer(initial)
  return (
    <div className="flex flex-col gap-3">
      <output data-status={progress.status} className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <Progress progress={progress} />
      </output>
      {connection === 'lost' && (
        <output className="text-sm text-muted-foreground">Connection lost. Reconnecting…</output>
      )}
      {connection === 'signed_out' && (
        <output className="text-sm text-muted-foreground">
          Your session has ended. Reload the page to sign in again.
        </output>
      )}
      {progress.status === 'failed' && (
        <div>
          <Button variant="outline" size="sm" onClick={askNow}>
            Check again
          </Button>
        </div>
      )}
    </div>
  )
}

function Progress({ progress }: { progress: StripeCustomerProgress }) {
  switch (progress.status) {
    case 'done':
      return (
        <>
          <Badge variant="success">
            <CircleCheck aria-hidden /> Active
          </Badge>
          <span className="flex min-w-0 items-center gap-1">
            <code data-testid="stripe-customer" className="font-mono text-[0.8125rem] wrap-anywhere">
              {progress.stripeCustomer}
            </code>
            <CopyButton text={progress.stripeCustomer} label="customer ID" />
          </span>
        </>
      )
    case 'pending':
      return (
        <>
          <Badge>
            <Spinner /> Creating
          </Badge>
          <span className="text-muted-foreground">Your customer ID appears here within a few seconds.</span>
        </>
      )
    case 'waiting':
      return (
        <>
          <Badge>
            <Clock aria-hidden /> Waiting
          </Badge>
          <span className="text-muted-foreground">Your customer is created when you have confirmed your address.</span>
        </>
      )
    case 'retrying':
      return (
        <>
          <Badge variant="warning">
            <Clock aria-hidden /> Retrying
          </Badge>
          <span className="text-muted-foreground">
            {describeCause(progress.cause)}. <Countdown until={progress.nextAttemptAt} />
          </span>
        </>
      )
    case 'failed':
      return (
        <>
          <Badge variant="destructive">
            <CircleAlert aria-hidden /> Failed
          </Badge>
          <span className="text-muted-foreground">
            {describeCause(progress.cause)}, so your customer was not created. See the application’s log for details.
          </span>
        </>
      )
  }
}

function Countdown({ until }: { until: string | null }) {
  const [now, setNow] = useState<number | null>(null)
  useEffect(() => {
    const tick = () => setNow(Date.now())
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [])

  // Off, because a screen reader would read it out every second.
  return <span aria-live="off">{describeNextAttempt(until, now)}</span>
}
