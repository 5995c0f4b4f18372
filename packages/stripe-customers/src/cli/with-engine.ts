import { CliError } from '@routekey/command-line'
import { Stripe } from 'stripe'

import { describeOtherAccount } from '../account/account.ts'
import { type AccountVerdict, verifyAccount } from '../account/verify-account.ts'
import { createStripeCustomers, type StripeCustomers } from '../create-stripe-customers.ts'
import { createStripeAccount } from '../reconcile/stripe-account.ts'
import { createReconcileStore, type ReconcileStore } from '../reconcile/reconcile-store.ts'
import { createWorkStore, type WorkStore } from '../store/work-store.ts'
import { systemTiming } from '../timing.ts'
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
  /** Compares the account of the key with the one that the project uses. */
  readonly compareAccount: () => Promise<Exclude<AccountVerdict, { verdict: 'failed' }>>
  /** Throws `CliError` if the key belongs to another account. */
  readonly requireAccount: () => Promise<void>
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
  const livemode = readMode(connections.stripe.secretKey)
  const work = createWorkStore(functions)
  const store = createReconcileStore(functions)
  let settled = 0
  let expected = 0
  const customers = createStripeCustomers({
    ...options,
    stripe,
    ...(livemode === null ? {} : { livemode }),
    onEvent: ({ type }) => {
      if (type !== 'claimed') return
      settled += 1
      progress.update('rows', settled, expected)
    },
  })
  const compareAccount: Engine['compareAccount'] = async () => {
    const account = createStripeAccount(stripe, systemTiming)
    const result = await verifyAccount({
      store: work,
      livemode,
      readAccount: async () => ({ ok: true, value: await account.readAccount(), replayed: false }),
      hasCustomer: async (id) => ({ ok: true, value: (await account.retrieve(id)) !== 'unknown', replayed: false }),
    })
    // The calls throw instead.
    if (result.verdict === 'failed') throw new CliError(`Stripe: ${result.failure.message}`, 3)
    return result
  }
  const engine: Engine = {
    customers,
    store,
    work,
    stripe,
    progress,
    compareAccount,
    async requireAccount() {
      const { verdict, used, own } = await compareAccount()
      if (verdict === 'other') throw new CliError(describeOtherAccount(used, own), 1)
    },
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

/** Reads the mode from a key. Null if it does not tell. */
function readMode(secretKey: string): boolean | null {
  const mode = /^[a-z]+_(live|test)_/.exec(secretKey)?.[1]
  return mode === undefined ? null : mode === 'live'
}

function createStripe({ secretKey, apiBase }: Connections['stripe']): Stripe {
  if (apiBase === null) return new Stripe(secretKey, { telemetry: false })
  const protocol = apiBase.protocol === 'http:' ? 'http' : 'https'
  const port = apiBase.port === '' ? (protocol === 'http' ? 80 : 443) : Number(apiBase.port)
  return new Stripe(secretKey, { telemetry: false, protocol, host: apiBase.hostname, port })
}
