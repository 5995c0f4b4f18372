import { classifyAnswer, isAboutKey, isLikeAnswer, isWithoutContent } from './classify-answer.ts'
import { type Conversation, createConversation } from './conversation.ts'
import { findWeaknesses } from './find-weaknesses.ts'
import { judgeAttack } from './judge-attack.ts'
import { listAttacks } from './list-attacks.ts'
import type { Answer, Probe, RouteTarget, SendProbe } from './probe.ts'
import { type KeyOptions, type RightKey, tryRandomKey, tryRightKey } from './try-keys.ts'

export type Verdict = 'closed' | 'open' | 'cannot_tell'

/** What a check found out about a route. */
export interface RouteReport {
  readonly url: string
  readonly method: string
  readonly verdict: Verdict
  /** A sentence. */
  readonly reason: string
  /** What to improve although the route may be closed, a sentence each. */
  readonly weaknesses: readonly string[]
  /** How many requests were sent. */
  readonly requests: number
}

export interface JudgeOptions extends KeyOptions {
  readonly send: SendProbe
  /** The right key. */
  readonly key?: string | undefined
  /** The body of requests that have one. It should fail validation, so that nothing is created. */
  readonly body: string
  /** Whether the right key may also be sent in the query. */
  readonly mayUseQuery: boolean
  /** The id of the build of a Next.js application. */
  readonly buildId?: string | undefined
  /** Returns a random key. */
  readonly random: () => string
}

type Decision = Pick<RouteReport, 'verdict' | 'reason'>

/** An address without the values of its query, which may be secrets. */
function describeUrl(url: URL): string {
  const names = [...new Set(url.searchParams.keys())]
  return `${url.origin}${url.pathname}${names.length > 0 ? `?${names.map((name) => `${name}=…`).join('&')}` : ''}`
}

const hasBody = (method: string) => method !== 'GET' && method !== 'HEAD'

/** Chooses the method of a route of which only the address is known. */
async function chooseMethod({ url, method }: RouteTarget, talk: Conversation): Promise<string> {
  if (method !== undefined) return method
  const answer = await talk.ask({ name: 'no key', method: 'GET', url, headers: {} })
  return answer?.status === 405 ? 'POST' : 'GET'
}

/** Finds out with at most 20 requests whether callers without its key get into a route. */
export async function judgeRoute(target: RouteTarget, options: JudgeOptions): Promise<RouteReport> {
  const talk = createConversation(options.send)
  const method = await chooseMethod(target, talk)
  const base: Probe = {
    name: 'no key',
    method,
    url: target.url,
    headers: hasBody(method) ? { 'content-type': 'application/json' } : {},
    ...(hasBody(method) && { body: options.body }),
  }
  const nothing = await talk.ask(base)
  const right =
    nothing === null || options.key === undefined
      ? undefined
      : await tryRightKey(base, nothing, options.key, talk, options)
  const { verdict, reason } =
    nothing === null
      ? { verdict: 'cannot_tell' as const, reason: `There is ${talk.problem()}.` }
      : await decide(base, nothing, right, talk, options)
  return {
    url: describeUrl(target.url),
    method,
    verdict,
    reason,
    weaknesses: findWeaknesses({
      url: target.url,
      answers: talk.answers(),
      accepted: right?.answer,
      isKeyAcceptedInQuery: right?.isAcceptedInQuery ?? false,
    }),
    requests: talk.count(),
  }
}

async function decide(
  base: Probe,
  nothing: Answer,
  right: RightKey | undefined,
  talk: Conversation,
  options: JudgeOptions,
): Promise<Decision> {
  const kind = classifyAnswer(nothing)
  const { status } = nothing
  if (kind === 'ran') {
    if (isWithoutContent(nothing) && (right === undefined || right.answer === undefined)) {
      return { verdict: 'cannot_tell', reason: `It answers ${status} without content. Pass the right key to compare.` }
    }
    const { answer } = right ?? {}
    const isOther = answer !== undefined && classifyAnswer(answer) === 'ran' && !isLikeAnswer(answer, nothing, [])
    return isOther
      ? { verdict: 'cannot_tell', reason: `It answers ${status} to everyone, with other content for the right key.` }
      : { verdict: 'open', reason: `It answers ${status} without a key.` }
  }
  if (kind === 'limited') return { verdict: 'cannot_tell', reason: 'It answers 429 to the first request. Try later.' }
  if (kind === 'not_served' && right?.answer === undefined) {
    const { location } = nothing.headers
    const more = location === undefined ? '' : `, to ${location}`
    return { verdict: 'cannot_tell', reason: `It answers ${status}${more}. Check the address and the method.` }
  }
  const attacked = await attack(base, nothing, right, talk, options)
  return attacked ?? conclude(nothing, right)
}

/** Tries to get in. Returns null if every attack got what a wrong key gets. */
async function attack(
  base: Probe,
  nothing: Answer,
  right: RightKey | undefined,
  talk: Conversation,
  options: JudgeOptions,
): Promise<Decision | null> {
  const key = options.random()
  const { baselines, isStrict } = await tryRandomKey(base, key, talk, options)
  const wrong = [nothing]
  for (const { probe, answer } of baselines) {
    const judged = judgeAttack(probe, answer, { wrong: [nothing], accepted: right?.answer, sent: [key] })
    if (judged?.verdict === 'open') return judged
    wrong.push(answer)
  }
  let doubt: Decision | null = null
  let limited = 0
  const { url, method, body } = base
  const { names, buildId } = options
  const attacks = await listAttacks({ url, method, body, names, isStrict, buildId, now: options.now() })
  for (const each of attacks) {
    const probe = { ...each, headers: { ...base.headers, ...each.headers } }
    // oxlint-disable-next-line no-await-in-loop -- one request after the other, until one gets in
    const answer = await talk.ask(probe)
    if (answer === null) continue
    if (classifyAnswer(answer) === 'limited') limited += 1
    const judged = judgeAttack(probe, answer, { wrong, accepted: right?.answer, sent: [key] })
    // oxlint-disable-next-line no-await-in-loop -- see above
    if (judged?.verdict === 'open' && !(await isEverywhere(probe, answer, talk))) return judged
    if (judged?.verdict === 'cannot_tell') doubt ??= judged
  }
  if (limited === attacks.length) {
    doubt ??= {
      verdict: 'cannot_tell',
      reason: 'It answers 429 to each attack. Raise its limit on attempts, and try again.',
    }
  }
  return doubt
}

/** Whether the application answers a path that does not exist in the same way. */
async function isEverywhere({ control, name }: Probe, answer: Answer, talk: Conversation): Promise<boolean> {
  if (control === undefined) return false
  const other = await talk.ask({ ...control, name })
  return other !== null && isLikeAnswer(other, answer, [])
}

/** Decides about a route into which no attack led. */
function conclude(nothing: Answer, right: RightKey | undefined): Decision {
  const { status } = nothing
  const kind = classifyAnswer(nothing)
  if (right !== undefined && right.answer === undefined) {
    const remedy =
      kind === 'rejected' && !isAboutKey(nothing)
        ? 'If it checks the body first, pass one that it accepts.'
        : 'Check the key and where it belongs.'
    return { verdict: 'cannot_tell', reason: `It answers ${status} to the right key too. ${remedy}` }
  }
  if (right !== undefined) return { verdict: 'closed', reason: `It answers ${status} to all but the right key.` }
  if (kind === 'refused' || (kind === 'rejected' && status >= 400 && isAboutKey(nothing))) {
    return { verdict: 'closed', reason: `It answers ${status} to everyone without the right key.` }
  }
  const remedy =
    kind === 'failed'
      ? 'Check that it is configured.'
      : 'Pass the right key, and if it checks the body first, a body that it accepts.'
  return { verdict: 'cannot_tell', reason: `It answers ${status} to every request. ${remedy}` }
}
