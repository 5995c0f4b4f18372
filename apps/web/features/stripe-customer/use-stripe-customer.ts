'use client'

import { useEffect, useState } from 'react'
import { parseStripeCustomerProgress, type StripeCustomerProgress } from './stripe-customer-progress.ts'

const firstDelayMs = 400
const growth = 1.5
const longestDelayMs = 10_000

type Connection = 'good' | 'lost' | 'signed_out'

/**
 * Follows the progress of the user's Stripe customer. It polls at growing intervals, up to 10 s, while the page is visible,
 * and stops when the customer exists or has failed, or when the session has ended.
 *
 * @param initial the progress when the server rendered the page
 * @returns `askNow` polls again after a failure
 */
export function useStripeCustomer(initial: StripeCustomerProgress): {
  progress: StripeCustomerProgress
  connection: Connection
  askNow: () => void
} {
  const [progress, setProgress] = useState(initial)
  const [connection, setConnection] = useState<Connection>('good')
  const [isAskedAgain, setIsAskedAgain] = useState(false)
  const isOver = progress.status === 'done' || connection === 'signed_out'
  const isAsking = !isOver && (progress.status !== 'failed' || isAskedAgain)

  useEffect(() => {
    if (!isAsking) return
    const stop = new AbortController()
    let delayMs = firstDelayMs
    let timer: ReturnType<typeof setTimeout> | undefined

    async function ask() {
      if (document.hidden) return
      const answer = await askServer(stop.signal)
      if (stop.signal.aborted) return
      setConnection(answer.connection)
      if (answer.progress !== null) setProgress(answer.progress)
      if (answer.progress?.status === 'failed') setIsAskedAgain(false)
      else schedule()
    }

    function schedule() {
      // One at a time: the page may become visible during a request.
      clearTimeout(timer)
      timer = setTimeout(() => void ask(), delayMs)
      delayMs = Math.min(delayMs * growth, longestDelayMs)
    }

    function onVisible() {
      if (document.hidden) return
      delayMs = firstDelayMs
      schedule()
    }

    schedule()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      stop.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [isAsking])

  return { progress, connection, askNow: () => setIsAskedAgain(true) }
}

async function askServer(
  signal: AbortSignal,
): Promise<{ connection: Connection; progress: StripeCustomerProgress | null }> {
  try {
    const response = await fetch('/account/stripe-customer', { signal, cache: 'no-store' })
    if (response.status === 401) return { connection: 'signed_out', progress: null }
    if (!response.ok) return { connection: 'lost', progress: null }
    const progress = parseStripeCustomerProgress(await response.json())
    return { connection: progress === null ? 'lost' : 'good', progress }
  } catch {
    // Offline or interrupted: the page says so until the next response.
    return { connection: 'lost', progress: null }
  }
}
