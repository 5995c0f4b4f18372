import type { StripeCustomers } from '../create-stripe-customers.ts'
import { StripeCustomersError } from '../errors.ts'
import type { ProvisionResult } from '../work/provision-profile.ts'
import { parseProfileEvent } from './parse-profile-event.ts'
import { maxBodyBytes } from './read-text.ts'
import { createProblem, createReply, type Reply } from './reply.ts'

/** Options of `createStripeCustomersRoute`. */
export interface StripeCustomersRouteOptions {
  /** The engine, or a function that returns it. The function runs at each request, so it can read the environment late. */
  readonly customers: StripeCustomers | (() => StripeCustomers)
  /** The table of profiles, with its schema: that of `npx stripe-customers sql --table`. */
  readonly table: string
  /**
   * For how long a sweep starts new rows, in milliseconds. The last one may take 45 seconds more; the host must not end the
   * request before. Default: 15,000, for a host that allows 60 seconds.
   */
  readonly budgetMs?: number
  /** Receives what the database refused. Must not throw. Default: `console.error`. */
  readonly onError?: (error: Error) => void
}

/** The second argument of a handler. A guard, such as `withKey` of `routekey`, adds the caller. */
export interface GuardedContext {
  readonly caller: unknown
}

/** What the handlers answer in every framework. */
export interface Replies {
  /** `body`: the text of the body, or its value; null if it is too large. */
  readonly provision: (context: GuardedContext | undefined, readBody: () => Promise<unknown>) => Promise<Reply>
  readonly sweep: (context: GuardedContext | undefined) => Promise<Reply>
}

/** Creates the answers of the two handlers. */
export function createReplies(options: StripeCustomersRouteOptions): Replies {
  // oxlint-disable-next-line no-console -- the default of a server without a log
  const { customers, table, budgetMs = 15_000, onError = (error) => console.error(error.message) } = options
  const engine = (): StripeCustomers => (typeof customers === 'function' ? customers() : customers)

  const guarded = async (context: GuardedContext | undefined, answer: () => Promise<Reply>): Promise<Reply> => {
    if (context?.caller === undefined) {
      onError(
        new Error('The route is open: wrap its handler in withKey of routekey. Until then, it refuses every request.'),
      )
      return createProblem(500, 'The route is not guarded. See the server log.')
    }
    try {
      return await answer()
    } catch (error) {
      if (!(error instanceof StripeCustomersError)) throw error
      onError(error)
      return createProblem(503, 'The database is not responding. No work was lost.', { 'retry-after': '5' })
    }
  }

  return {
    provision: (context, readBody) =>
      guarded(context, async () => {
        const body = await readBody()
        if (body === null) return createProblem(413, `The body must not exceed ${maxBodyBytes} bytes.`)
        const parsed = parseProfileEvent(body, table)
        if (!parsed.ok) return createProblem(parsed.problem.status, parsed.problem.detail)
        const { type, profileId } = parsed.event
        // The sweep deletes its customer.
        if (type === 'DELETE') return createReply({ message: 'nothing to create: the profile was deleted' })
        // Without the signal of the request: a sender that stops waiting still wants the customer.
        return describeResult(await engine().provision(profileId), table)
      }),
    sweep: (context) => guarded(context, async () => createReply(await engine().sweep({ budgetMs }))),
  }
}

function describeResult(result: ProvisionResult, table: string): Reply {
  switch (result.outcome) {
    case 'provisioned':
      return createReply({ message: `stripe customer created: ${result.stripeCustomer}` })
    case 'waiting':
      return createReply({ message: 'nothing to create yet: the user is not confirmed' })
    case 'unknown_profile':
      return createProblem(404, `Profile not found. Expected the id of a row in ${table}.`)
    case 'pending': {
      // 503 and not 202, because senders retry 5xx.
      const seconds = Math.max(1, Math.ceil((result.retryAt.getTime() - Date.now()) / 1000))
      const detail =
        'The customer is not up to date yet. It is retried automatically, and you can safely send this request again.'
      return createProblem(503, detail, { 'retry-after': String(seconds) })
    }
    case 'failed':
      return createProblem(
        502,
        'The customer of this profile cannot be created or updated. It is not retried automatically.',
      )
  }
}
