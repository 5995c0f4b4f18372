import { CliError, createProgram, type ExitCode, runProgram } from '@routekey/command-line'
import { z } from 'zod'

import { StripeCustomersError } from '../errors.ts'
import { addDismiss } from './commands/dismiss.ts'
import { addPreflight } from './commands/preflight.ts'
import { addReconcile } from './commands/reconcile.ts'
import { addRelink } from './commands/relink.ts'
import { addRequeue } from './commands/requeue.ts'
import { addSql } from './commands/sql.ts'
import { addStatus } from './commands/status.ts'
import { addSweep } from './commands/sweep.ts'
import type { CliContext } from './context.ts'
import { readPackageFile } from './read-package-file.ts'

/**
 * Runs the command line.
 *
 * @returns The exit code.
 * @throws Only for a fault of the program itself.
 */
export function run(args: readonly string[], context: CliContext): Promise<ExitCode> {
  const program = createProgram(
    {
      command: 'npx stripe-customers',
      description: 'Gives every profile exactly one Stripe customer.',
      services: 'the database or Stripe',
    },
    context,
  ).version(readVersion(), '--version', 'print the version')
  const commands = [addPreflight, addSql, addStatus, addSweep, addReconcile, addRelink, addRequeue, addDismiss]
  for (const add of commands) add(program, context)
  program.addHelpText(
    'after',
    `
It uses these variables of the environment, or else of .env.local:
  NEXT_PUBLIC_SUPABASE_URL or SUPABASE_URL, and SUPABASE_SECRET_KEY
  DATABASE_URL, for preflight and for a Postgres without Supabase
  STRIPE_SECRET_KEY
  STRIPE_API_BASE, if the API of Stripe is elsewhere`,
  )

  const explain = (error: unknown): CliError | null => {
    if (context.signal.aborted) return new CliError('Stopped. Changes made so far are kept.', 1, { cause: error })
    return error instanceof StripeCustomersError ? new CliError(error.message, 3, { cause: error }) : null
  }
  return runProgram(program, args, context, { name: 'stripe-customers', explain })
}

function readVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readPackageFile('package.json'))).version
}
