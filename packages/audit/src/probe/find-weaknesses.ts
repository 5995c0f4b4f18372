import type { Answer, RouteTarget } from './probe.ts'

/** What a check saw of a route. */
export interface Observations {
  readonly url: RouteTarget['url']
  /** Each response, in order. */
  readonly answers: readonly Answer[]
  /** The response to the right key, if one was given and accepted. */
  readonly accepted: Answer | undefined
  readonly isKeyAcceptedInQuery: boolean
}

const stack =
  /\n?\s+at (?:async )?(?:[\w.$<>]+ )?\(?(?:file:\/\/|webpack|node:|\/|[A-Z]:\\)[^\n]*:\d+:\d+|node_modules[/\\]|"stack"\s*:/
const loopback = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/

/** Whether an address is this machine's own. */
export const isLoopback = ({ hostname }: URL): boolean => loopback.test(hostname)

const mayBeStored = ({ headers }: Answer) => !/\b(?:private|no-store)\b/i.test(headers['cache-control'] ?? '')

/** Lists what is wrong with a route although it may be closed, each with what to do. */
export function findWeaknesses({ url, answers, accepted, isKeyAcceptedInQuery }: Observations): readonly string[] {
  const unchallenged = answers.some(({ status, headers }) => status === 401 && !headers['www-authenticate'])
  const stored = accepted !== undefined && accepted.status < 300 && mayBeStored(accepted)
  return [
    isKeyAcceptedInQuery &&
      'The key is accepted in the query, and addresses end up in logs and histories. Accept it in a header alone.',
    stored && 'A cache may keep the response to the right key. Send Cache-Control: private, no-store.',
    unchallenged && 'A 401 has no challenge (RFC 9110, section 15.5.2). Send WWW-Authenticate: Bearer.',
    answers.some(({ body }) => stack.test(body)) &&
      'A response shows where the program failed. Catch the error, log it, and send a text of your own.',
    url.protocol === 'http:' && !isLoopback(url) && 'The key travels unencrypted. Serve the route over https alone.',
  ].filter((text) => text !== false)
}
