'use client'

import { useEffect, useRef, useState } from 'react'
import type { GuardedRoute } from './guarded-routes.ts'
import { sendTrial, type Trial } from './send-trial.ts'

/** The two responses of a route; `withKey` is null if no key was tried. */
export interface Trials {
  readonly withoutKey: Trial
  readonly withKey: Trial | null
}

/**
 * Sends the two requests of a route, one after the other so that neither slows the other down, and holds the responses.
 *
 * @returns `forget` drops the responses and aborts requests in progress; so does leaving the page
 */
export function useTrials(): {
  trials: Trials | null
  isPending: boolean
  send: (route: GuardedRoute, key: string | null) => Promise<void>
  forget: () => void
} {
  const [trials, setTrials] = useState<Trials | null>(null)
  const [isPending, setIsPending] = useState(false)
  const current = useRef<AbortController>(null)

  useEffect(() => () => current.current?.abort(), [])

  function forget() {
    current.current?.abort()
    setTrials(null)
    setIsPending(false)
  }

  async function send(route: GuardedRoute, key: string | null) {
    forget()
    const controller = new AbortController()
    current.current = controller
    setIsPending(true)
    const withoutKey = await sendTrial(route, null, controller.signal)
    const withKey = key === null ? null : await sendTrial(route, key, controller.signal)
    if (controller.signal.aborted || withoutKey === null) return
    setTrials({ withoutKey, withKey })
    setIsPending(false)
  }

  return { trials, isPending, send, forget }
}
