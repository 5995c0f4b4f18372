import { createClient } from '@supabase/supabase-js'
import { Stripe } from 'stripe'
import { systemTiming } from '../timing.ts'
import { createStripeCustomers } from '../create-stripe-customers.ts'
import { StripeCustomersError } from '../errors.ts'
import { createReconcileStore } from '../reconcile/reconcile-store.ts'
import { reconcile } from '../reconcile/reconcile.ts'
import { createStripeAccount } from '../reconcile/stripe-account.ts'
import { createSupabaseFunctions } from '../store/supabase-functions.ts'
import type { SweepResult } from '../work/sweep-profiles.ts'
import { createWorkStore } from '../store/work-store.ts'
import { formatOutput, type Output } from './output.ts'
import { type Command, helpText, parseArguments, UsageError } from './parse-arguments.ts'
import { createProgress, type ProgressStream } from './progress-bar.ts'
import { type Connections, resolveConnections } from './resolve-connections.ts'

/** What the command line gets from the process. */
export interface Terminal {
  readonly processEnv: Readonly<Record<string, string | undefined>>
  readonly fileValues: Readonly<Record<string, string | undefined>>
  readonly stdout: { write(text: string): unknown }
  readonly stderr: ProgressStream
  /** Ends what is under way at the next row. */
  readonly signal: AbortSignal
}

/** 0 all is well, 1 something differs or was not done, 2 wrong usage, 3 the database or Stripe does not answer. */
export type ExitCode = 0 | 1 | 2 | 3

const failuresShown = 100

/** Runs the command line. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const command = parseArguments(args)
    if (command.name === 'help') {
      terminal.stdout.write(helpText)
      return 0
    }
    return await execute(command, resolveConnections(terminal), terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.stderr.write(`${error.message}\nTry: npm run stripe-customers -- --help\n`)
      return 2
    }
    if (terminal.signal.aborted) {
      terminal.stderr.write('Stopped. What was done until now stays done.\n')
      return 3
    }
    if (error instanceof StripeCustomersError) {
      terminal.stderr.write(`${error.message}\n`)
      return 3
    }
    throw error
  }
}

async function execute(
  command: Exclude<Command, { name: 'help' }>,
  connections: Connections,
  { stdout, stderr, signal }: Terminal,
): Promise<ExitCode> {
  const progress = createProgress(stderr)
  const print = (output: Output): void => {
    progress.clear()
    stdout.write(`${command.json ? JSON.stringify(output) : formatOutput(output)}\n`)
  }
  const supabase = createClient(connections.supabase.url, connections.supabase.secretKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  })
  const stripe = createStripe(connections.stripe)
  const functions = createSupabaseFunctions(supabase)
  const store = createReconcileStore(functions)
  const work = createWorkStore(functions)
  let settled = 0
  let expected = 0
  const customers = createStripeCustomers({
    supabase,
    stripe,
    onEvent: ({ type }) => {
      if (type !== 'claimed') return
      settled += 1
      progress.update('rows', settled, expected)
    },
  })
  const sweep = async (limit: number | null): Promise<SweepResult> => {
    settled = 0
    expected = Math.min((await store.count()).due, limit ?? Number.POSITIVE_INFINITY)
    const swept = await customers.sweep({ signal, ...(limit === null ? {} : { limit }) })
    progress.clear()
    return swept
  }

  switch (command.name) {
    case 'status': {
      const [counts, failures] = [await store.count(), await store.listFailed(failuresShown)]
      print({ type: 'status', ...counts, failures })
      // What is pending is done by itself; this is not, so that a monitor need not read the text.
      return counts.failed + counts.unrecorded + counts.outdated === 0 ? 0 : 1
    }
    case 'sweep': {
      const swept = await sweep(command.limit)
      print({ type: 'sweep', ...swept })
      return isSettled(swept) ? 0 : 1
    }
    case 'requeue': {
      const { profileId } = command
      if (!(await work.requeue(profileId))) {
        print({ type: 'requeue', profileId, outcome: 'unknown_profile' })
        return 1
      }
      const result = await customers.provision(profileId, { signal })
      // The tombstone of a deleted user has no profile; its work is over when the customer is gone.
      const isBuried = result.outcome === 'unknown_profile' && (await work.read(profileId))?.state === 'done'
      const outcome = isBuried ? 'deleted' : result.outcome
      print({ type: 'requeue', profileId, outcome })
      return outcome === 'provisioned' || outcome === 'deleted' ? 0 : 1
    }
    case 'reconcile': {
      const { mode, deleteDuplicates } = command
      const account = createStripeAccount(stripe, systemTiming)
      const summary = await reconcile(
        { store, work, account },
        {
          mode,
          deleteDuplicates,
          signal,
          onFinding: (report) => print({ type: 'finding', ...report }),
          onProgress: ({ phase, done, total }) => progress.update(phase, done, total),
        },
      )
      const swept = mode === 'fix' ? await sweep(null) : null
      print({ type: 'summary', mode, ...summary, sweep: swept })
      if (swept !== null) return summary.left === 0 && isSettled(swept) ? 0 : 1
      return Object.values(summary.found).every((number) => number === 0) ? 0 : 1
    }
  }
}

function isSettled({ retrying, failed, stopped }: SweepResult): boolean {
  return retrying === 0 && failed === 0 && (stopped === 'idle' || stopped === 'limit')
}

function createStripe({ secretKey, apiBase }: Connections['stripe']): Stripe {
  if (apiBase === null) return new Stripe(secretKey, { telemetry: false })
  const protocol = apiBase.protocol === 'http:' ? 'http' : 'https'
  const port = apiBase.port === '' ? (protocol === 'http' ? 80 : 443) : Number(apiBase.port)
  return new Stripe(secretKey, { telemetry: false, protocol, host: apiBase.hostname, port })
}
