'use client'

import { type SubmitEvent, useState } from 'react'
import { SubmitButton } from '#forms/submit-button.tsx'
import { Badge } from '#ui/badge.tsx'
import { formatBody, sortHeaders } from './describe-response.ts'
import { createCustomerRoute } from './guarded-routes.ts'
import { sendTrial, type Trial } from './send-trial.ts'
import type { StatusPhrases } from './status-phrases.ts'

const { method, path } = createCustomerRoute

/**
 * Calls the route that creates customers without a key, and shows the response. Before scripts arrive, the browser posts the
 * form itself and shows the plain response.
 */
export function GuardCheck({ phrases }: { phrases: StatusPhrases }) {
  const [trial, setTrial] = useState<Trial | null>(null)
  const [isPending, setIsPending] = useState(false)

  async function call() {
    setIsPending(true)
    setTrial(await sendTrial(createCustomerRoute, null, new AbortController().signal))
    setIsPending(false)
  }

  function onSubmit(event: SubmitEvent) {
    event.preventDefault()
    if (!isPending) void call()
  }

  return (
    <>
      <form method="post" action={path} onSubmit={onSubmit} className="flex flex-wrap items-center gap-x-4 gap-y-2 p-3">
        <code className="px-1 font-mono text-xs wrap-anywhere">
          {method} {path}
        </code>
        <SubmitButton size="sm" variant="outline" isPending={isPending} className="max-sm:w-full sm:ml-auto">
          Call it without a key
        </SubmitButton>
      </form>
      {/* As high as the response, so that nothing moves when it arrives. */}
      <output className="flex min-h-82 flex-col items-start gap-3 rounded-b-xl border-t bg-code p-4 sm:min-h-66">
        {trial?.outcome === 'answered' ? (
          <>
            <span className="flex w-full items-center justify-between gap-3">
              <Badge variant={trial.status === 401 ? 'success' : 'warning'} className="font-mono">
                {`${trial.status} ${phrases[trial.status] ?? ''}`.trim()}
              </Badge>
              <span className="text-xs text-muted-foreground tabular-nums">{trial.durationMs} ms</span>
            </span>
            <span className="font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap">
              {sortHeaders(trial.headers).first.map(([name, value]) => (
                <span key={name} className="block">
                  <span className="text-muted-foreground">{name}:</span> {value}
                </span>
              ))}
              <span className="block pt-3">{formatBody(trial.body)}</span>
            </span>
          </>
        ) : (
          <span className="m-auto max-w-xs text-center text-sm text-balance text-muted-foreground">
            {trial?.problem ?? 'You don’t have the key, so the route should respond 401 without running its handler.'}
          </span>
        )}
      </output>
    </>
  )
}
