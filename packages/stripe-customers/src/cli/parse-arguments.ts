import { parseArgs } from 'node:util'
import { z } from 'zod'

/** What the command line is asked to do. */
export type Command =
  | { name: 'help' }
  | { name: 'status'; json: boolean }
  | { name: 'sweep'; json: boolean; limit: number | null }
  | { name: 'reconcile'; json: boolean; mode: 'report' | 'plan' | 'fix'; deleteDuplicates: boolean }
  | { name: 'requeue'; json: boolean; profileId: string }

/** The help text. */
export const helpText = `Usage: npm run stripe-customers -- <command> [options]

Commands:
  status                Counts the work, and lists what was given up and why;
                        exits with 1 if something is not mended by itself.
  sweep                 Does all that is due.
    --limit <n>         at most so many rows
  reconcile             Compares all profiles with all customers in Stripe.
    --fix               mends what differs, creates what is missing, and sweeps
    --dry-run           says what --fix would do, and changes nothing
    --delete-duplicates with --fix: deletes further customers of a profile that
                        have no subscription; without it they are only reported
  requeue <profile id>  Opens the work of one profile again, and does it.

Options:
  --json                one JSON object a line on standard output
  --help                this text

What reconcile finds:
  missing      a user or profile without a customer; also users from before
  deleted      a profile names a customer that was deleted in Stripe
  email_drift  the customer has another e-mail than the profile, or the profile
               another than the user
  unmarked     the customer does not carry the profile's id
  duplicate    a further customer carries the id of a profile
  orphaned     a customer carries the id of a profile that is gone

It reads NEXT_PUBLIC_SUPABASE_URL, SUPABASE_SECRET_KEY, STRIPE_SECRET_KEY and
STRIPE_API_BASE from the environment, and what is missing there from
apps/web/.env.local.

Exit codes: 0 all is well, 1 something differs or was not done, 2 wrong usage,
3 the database or Stripe does not answer.
`

/** What was wrong with the arguments; the message is for the person who typed them. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const json = { type: 'boolean', default: false } as const
const help = { type: 'boolean', short: 'h', default: false } as const

/**
 * Parses the arguments. Pure; strict, so that a misspelt option never runs another command than was meant.
 *
 * @throws UsageError
 */
export function parseArguments(args: readonly string[]): Command {
  const [name, ...rest] = args
  if (name === undefined) throw new UsageError('Expected a command.')
  if (args.includes('--help') || args.includes('-h')) return { name: 'help' }
  switch (name) {
    case 'help':
      return { name }
    case 'status': {
      const { values } = parse({ args: rest, options: { json, help } })
      return { name, json: values.json }
    }
    case 'sweep': {
      const { values } = parse({ args: rest, options: { json, help, limit: { type: 'string' } } })
      return { name, json: values.json, limit: values.limit === undefined ? null : parseLimit(values.limit) }
    }
    case 'reconcile':
      return parseReconcile(rest)
    case 'requeue': {
      const { values, positionals } = parse({ args: rest, options: { json, help }, allowPositionals: true })
      const [profileId, ...more] = positionals
      if (profileId === undefined || more.length > 0) throw new UsageError('Expected one profile id.')
      if (!z.guid().safeParse(profileId).success)
        throw new UsageError(`"${profileId}" is no profile id; expected a UUID.`)
      return { name, json: values.json, profileId: profileId.toLowerCase() }
    }
    default:
      throw new UsageError(`There is no command "${name}".`)
  }
}

function parseReconcile(args: string[]): Command {
  const flag = { type: 'boolean', default: false } as const
  const options = { json, help, fix: flag, 'dry-run': flag, 'delete-duplicates': flag }
  const { values } = parse({ args, options })
  const deleteDuplicates = values['delete-duplicates']
  if (deleteDuplicates && !values.fix && !values['dry-run']) {
    throw new UsageError('--delete-duplicates goes with --fix, or with --dry-run to see what it would delete.')
  }
  const mode = values['dry-run'] ? 'plan' : values.fix ? 'fix' : 'report'
  return { name: 'reconcile', json: values.json, mode, deleteDuplicates }
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--limit takes a whole number from 1, not "${text}".`)
  return Number(text)
}

/** `parseArgs`, whose errors are ours to tell. */
const parse: typeof parseArgs = (config) => {
  try {
    return parseArgs(config)
  } catch (error) {
    if (error instanceof TypeError && 'code' in error)
      throw new UsageError(error.message.split('. ')[0], { cause: error })
    throw error
  }
}
