/** What the database knows about the wake-ups of the last hour. */
export interface WakeUpReport {
  /** The database has pg_net and Vault. */
  readonly installed: boolean
  /** Vault has the address and the secret of the route. */
  readonly configured: boolean
  /** Customers made by a call for one profile, such as a wake-up causes. */
  readonly madeByWakeUp: number
  /** Customers made by a sweep. */
  readonly madeBySchedule: number
  /** How many wake-ups had which result: the HTTP status, `timeout`, `unreachable` or `no_response`. */
  readonly results: Readonly<Record<string, number>>
  /** The newest three results, newest first. */
  readonly newestResults: readonly string[]
}

/** Whether the wake-ups of the last hour arrived. `idle`: there was none. */
export type WakeUpState = 'not_installed' | 'not_configured' | 'idle' | 'ok' | 'failing'

/** The wake-ups of the last hour. */
export interface WakeUps extends Omit<WakeUpReport, 'installed' | 'configured' | 'newestResults'> {
  readonly state: WakeUpState
  /** What is wrong and how to fix it, without an address or a secret. Null unless `failing`. */
  readonly problem: string | null
}

/**
 * Judges whether wake-ups arrive. Three failures in a row, or all if there were fewer, are failing. While Stripe or the
 * database is down, the route answers 5xx to a wake-up that did arrive; so 5xx counts only while the schedule makes customers.
 * Pure.
 */
export function judgeWakeUps(report: WakeUpReport): WakeUps {
  const { installed, configured, newestResults, ...counts } = report
  const [newest] = newestResults
  const state = (): WakeUpState => {
    if (!installed) return 'not_installed'
    if (newest === undefined) return configured ? 'idle' : 'not_configured'
    const isFailing =
      newestResults.every((result) => !/^2\d\d$/.test(result)) &&
      (counts.madeBySchedule > 0 || newestResults.some((result) => !/^5\d\d$/.test(result)))
    return isFailing ? 'failing' : 'ok'
  }
  const judged = state()
  return { ...counts, state: judged, problem: judged === 'failing' && newest !== undefined ? explain(newest) : null }
}

function explain(result: string): string {
  switch (result) {
    case 'unreachable':
      return 'The host cannot be reached. Set api_route_url in Vault to the address of the route.'
    case 'timeout':
      return 'The route does not respond within 10 s. Check api_route_url in Vault, and the application.'
    case 'no_response':
      return 'pg_net does not send them. Restart its worker: select net.worker_restart().'
    case '401':
    case '403':
      return `The route refuses the secret (HTTP ${result}). Set api_route_secret in Vault to API_ROUTE_SECRET of the application.`
    default:
      return result.startsWith('5')
        ? `The application fails (HTTP ${result}). Its log says why.`
        : `There is no such route at the address (HTTP ${result}). Set api_route_url in Vault to the address of the route.`
  }
}
