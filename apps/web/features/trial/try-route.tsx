'use client'

import { cx } from 'class-variance-authority'
import { CircleAlert, ShieldCheck, TriangleAlert } from 'lucide-react'
import { type ReactNode, type SubmitEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Field } from '#forms/field.tsx'
import { SubmitButton } from '#forms/submit-button.tsx'
import { Input } from '#ui/input.tsx'
import { checkUserKey } from './check-user-key.ts'
import { decideVerdict, type Verdict } from './decide-verdict.ts'
import { curlCommand, guardedRoutes, whoamiRoute } from './guarded-routes.ts'
import { ResponsePanel } from './response-panel.tsx'
import { RoutePicker } from './route-picker.tsx'
import type { StatusPhrases } from './status-phrases.ts'
import { useTrials } from './use-trials.ts'

interface TryRouteProps {
  readonly origin: string
  readonly phrases: StatusPhrases
  readonly children: ReactNode
}

/**
 * Sends a request to a guarded route without and with a key, and shows both responses. The key is only in its field, and is
 * cleared when the visitor leaves.
 *
 * @param props.origin the origin at which the visitor reaches this application, for the shell commands
 * @param props.children says how to get a key
 */
export function TryRoute({ origin, phrases, children }: TryRouteProps) {
  const form = useRef<HTMLFormElement>(null)
  const keyInput = useRef<HTMLInputElement>(null)
  const isHydrated = useSyncExternalStore(never, onClient, onServer)
  const [route, setRoute] = useState(whoamiRoute)
  const [keyProblem, setKeyProblem] = useState<string | null>(null)
  const { trials, isPending, send, forget } = useTrials()

  useEffect(() => {
    // The route may have been picked before scripts arrived.
    if (form.current !== null) pick(new FormData(form.current).get('route'))
    const clear = () => {
      // The browser may keep the page for its Back button.
      if (keyInput.current !== null) keyInput.current.value = ''
      setKeyProblem(null)
      forget()
    }
    addEventListener('pagehide', clear)
    return () => removeEventListener('pagehide', clear)
    // oxlint-disable-next-line react/exhaustive-deps -- once: neither depends on later renders
  }, [])

  function pick(path: unknown) {
    setRoute(guardedRoutes.find((candidate) => candidate.path === path) ?? whoamiRoute)
    forget()
  }

  function onSubmit(event: SubmitEvent) {
    event.preventDefault()
    const key = route.acceptsUserKey ? (keyInput.current?.value.trim() ?? '') : ''
    const refusal = key === '' ? null : checkUserKey(key)
    setKeyProblem(refusal?.problem ?? null)
    if (refusal === null) return void send(route, key === '' ? null : key)
    forget()
    if (refusal.isForeign && keyInput.current !== null) keyInput.current.value = ''
    keyInput.current?.focus()
  }

  const verdict = trials === null ? null : decideVerdict(trials.withoutKey, trials.withKey)
  return (
    <div className="flex flex-col gap-6">
      <form
        ref={form}
        onSubmit={onSubmit}
        autoComplete="off"
        noValidate
        className="flex flex-col gap-6 rounded-xl border bg-card p-5 shadow-xs sm:p-6"
      >
        <RoutePicker onPick={pick} />
        <div className="flex flex-col gap-2">
          <Field
            name="api-key"
            label="Your API key"
            errors={keyProblem === null ? undefined : [keyProblem]}
            hint={
              route.acceptsUserKey
                ? 'Sent only to this route and forgotten when you leave. Leave empty to send only the request without a key.'
                : 'User keys don’t work here, so the request is sent without one.'
            }
          >
            {/* Without a name, so that no form can put the key into a URL. */}
            {(control) => (
              <div className="flex flex-col gap-3 sm:flex-row">
                <Input
                  {...control}
                  name={undefined}
                  ref={keyInput}
                  type="password"
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  placeholder="rk_user_…"
                  disabled={!route.acceptsUserKey}
                  className="font-mono"
                />
                {/* Disabled until scripts arrive, because the browser would send the form itself, also on Enter. */}
                <SubmitButton isPending={isPending} disabled={!isHydrated} className="h-10 sm:h-9">
                  Check route
                </SubmitButton>
              </div>
            )}
          </Field>
          {children}
        </div>
      </form>

      <output aria-live="polite" className="flex min-h-12 items-start gap-3 text-base font-medium sm:items-center">
        {verdict === null ? (
          <span className="text-muted-foreground">{isPending ? 'Calling the route…' : 'The result appears here.'}</span>
        ) : (
          <VerdictLine verdict={verdict} />
        )}
      </output>

      <div className="grid gap-4 lg:grid-cols-2 lg:grid-rows-[auto_auto_minmax(22rem,1fr)]">
        <ResponsePanel
          title="Without a key"
          command={curlCommand(route, origin, false)}
          trial={trials?.withoutKey ?? null}
          isPending={isPending}
          placeholder="Not sent yet."
          phrases={phrases}
        />
        <ResponsePanel
          title="With your key"
          command={route.acceptsUserKey ? curlCommand(route, origin, true) : null}
          commandTitle="Terminal: waits for the key"
          trial={trials?.withKey ?? null}
          isPending={isPending && route.acceptsUserKey}
          placeholder={
            route.acceptsUserKey ? 'Paste a key above to see the response.' : 'User keys don’t work on this route.'
          }
          phrases={phrases}
        />
      </div>
    </div>
  )
}

function VerdictLine({ verdict: { tone, text } }: { verdict: Verdict }) {
  const Icon = { success: ShieldCheck, warning: TriangleAlert, destructive: CircleAlert }[tone]
  const colour = { success: 'text-success', warning: 'text-warning', destructive: 'text-destructive' }[tone]
  return (
    <>
      <Icon aria-hidden className={cx('size-5 shrink-0 max-sm:mt-0.5', colour)} />
      <span className="text-pretty">{text}</span>
    </>
  )
}

const never = () => () => {}
const onClient = () => true
const onServer = () => false
