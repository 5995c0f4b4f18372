import { Stripe } from 'stripe'

import { createStripeCustomers, type StripeCustomers } from '../create-stripe-customers.ts'
import { createReconcileStore, type ReconcileStore } from '../reconcile/reconcile-store.ts'
import { createWorkStore, type WorkStore } from '../store/work-store.ts'
import type { SweepResult } from '../work/sweep-profiles.ts'
import type { ConnectionFlags } from './command-options.ts'
import { connectDatabase } from './connect-database.ts'
import type { CliContext } from './context.ts'
import { formatOutput } from './format-output.ts'
import type { Output } from './output-schema.ts'
import { createProgress, type Progress } from './progress-bar.ts'
import { type Connections, readVariables, resolveConnections } from './resolve-connections.ts'

/** The engine and its parts, connected to the database and to Stripe. */
export interface Engine {
  readonly customers: StripeCustomers
  readonly store: ReconcileStore
  readonly work: WorkStore
  readonly stripe: Stripe
  readonly progress: Progress
  /** Prints a result as JSON or as text. */
  readonly print: (output: Output) => void
  /** Sweeps, and shows progress. No limit: null. */
  readonly sweep: (limit: number | null) => Promise<SweepResult>
}

/**
 * Connects the engine as the environment says, for as long as `use` runs.
 *
 * @throws `CliError` when a variable is missing or malformed.
 */
export async function withEngine(
  context: CliContext,
  { envFile, json }: ConnectionFlags,
  use: (engine: Engine) => Promise<void>,
): Promise<void> {
  const connections = resolveConnections(readVariables(envFile, context))
  const progress = createProgress(context.progress)
  const { options, functions, close } = await connectDatabase(connections.database)
  const stripe = createStripe(connections.stripe)
  const store = createReconcileStore(functions)
  let settled = 0
  let expected = 0
  const customers = createStripeCustomers({
    ...options,
    stripe,
    onEvent: ({ type }) => {
      if (type !== 'claimed') return
      settled += 1
      progress.update('rows', settled, expected)
    },
  })
  const engine: Engine = {
    customers,
    store,
    work: createWorkStore(functions),
    stripe,
    progress,
    print: (output) => {
      progress.clear()
      context.print(`${json === true ? JSON.stringify(output) : formatOutput(output)}\n`)
    },
    sweep: async (limit) => {
      settled = 0
      expected = Math.min((await store.count()).due, limit ?? Number.POSITIVE_INFINITY)
      return customers.sweep({ signal: context.signal, ...(limit === null ? {} : { limit }) })
    },
  }
  try {
    await use(engine)
  } finally {
    progress.clear()
    await close()
  }
}

function createStripe({ secretKey, apiBase }: Connections['stripe']): Stripe {
  if (apiBase === null) return new Stripe(secretKey, { telemetry: false })
  const protocol = apiBase.protocol === 'http:' ? 'http' : 'https'
  const port = apiBase.port === '' ? (protocol === 'http' ? 80 : 443) : Number(apiBase.port)
  return new Stripe(secretKey, { telemetry: false, protocol, host: apiBase.hostname, port })
}
