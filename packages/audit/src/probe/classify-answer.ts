import type { Answer } from './probe.ts'

/**
 * What an answer says about a guard:
 * - `refused`: a guard said no;
 * - `ran`: the handler did its work;
 * - `rejected`: the request is wrong for some reason, perhaps its body, perhaps its key;
 * - `limited`: too many attempts;
 * - `not_served`: there is no such route, method or address;
 * - `failed`: the application failed, or is not configured.
 */
export type AnswerKind = 'refused' | 'ran' | 'rejected' | 'limited' | 'not_served' | 'failed'

const refusal =
  /\b(?:unauthori[sz]ed|unauthenticated|forbidden|access denied|not (?:allowed|authori[sz]ed|authenticated)|permission denied)\b/i
const signIn = /\b(?:log-?in|sign-?in|auth|unauthori[sz]ed|forbidden|denied)\b/i
const aboutKey =
  /\b(?:auth\w*|api.?keys?|keys?|tokens?|secrets?|signatures?|signed|credentials?|unauthori[sz]ed|forbidden|header)\b/i

const passwordField = /<input[^>]+type=["']?password/i

/** Whether a body says that the caller is not allowed, or asks for a password, although its status may be 200. */
const saysRefused = ({ body }: Answer) => (body.length < 2000 && refusal.test(body)) || passwordField.test(body)

/** Whether a body of JSON holds nothing: no value but null, false and empty ones. */
export function isWithoutContent({ body }: Answer): boolean {
  const isNothing = (value: unknown): boolean =>
    typeof value === 'object' && value !== null
      ? Object.values(value).every(isNothing)
      : value === null || value === false || value === ''
  const value = parseJson(body)
  return value !== undefined && isNothing(value)
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Text of another kind.
    return undefined
  }
}

/** Classifies an answer by its status, and where a status is used for something else, by its text. */
export function classifyAnswer(answer: Answer): AnswerKind {
  const { status, headers } = answer
  if (status === 401 || status === 403 || status === 407) return 'refused'
  if (status >= 200 && status < 300) return saysRefused(answer) ? 'rejected' : 'ran'
  // The path alone, because the query holds where to return to.
  if (status >= 300 && status < 400) {
    return signIn.test((headers['location'] ?? '').split('?', 1)[0] ?? '') ? 'refused' : 'not_served'
  }
  if (status === 429) return 'limited'
  if (status === 404 || status === 405 || status === 410 || status === 501) return 'not_served'
  return status >= 500 ? 'failed' : 'rejected'
}

const aboutBody =
  /\b(?:body|json|fields?|propert(?:y|ies)|payload|schema|validation|required|expected|missing|parse|unprocessable)\b/i

/** Whether an answer is about the body of the request, so a handler has got that. */
export const isAboutBody = (answer: Answer): boolean =>
  !isAboutKey(answer) && ([409, 413, 415, 422].includes(answer.status) || aboutBody.test(answer.body))

/** Whether an answer is about a key, a signature or another credential. */
export const isAboutKey = ({ body }: Answer): boolean => aboutKey.test(body)

/** Replaces what differs from request to request: values that were sent, times, ids and numbers. */
function normalize(body: string, sent: readonly string[]): string {
  const withoutSent = sent.reduce((text, value) => (value.length > 3 ? text.replaceAll(value, '') : text), body)
  return withoutSent.replaceAll(/[\w-]*\d[\w:.+-]*/g, '0')
}

/** The structure of a body of JSON, without its values. */
function describeShape(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length > 0 ? describeShape(value[0]) : ''}]`
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return `{${Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => `${name}:${describeShape(each)}`)
    .join()}}`
}

function shapeOf(body: string): string {
  const value = parseJson(body)
  return value === undefined ? 'text' : describeShape(value)
}

/** Whether two answers are the same except for values that change with each request. */
export function isSameAnswer(one: Answer, other: Answer, sent: readonly string[]): boolean {
  return one.status === other.status && normalize(one.body, sent) === normalize(other.body, sent)
}

/** Whether two answers come from the same place of a program: they may hold other data. */
export function isLikeAnswer(one: Answer, other: Answer, sent: readonly string[]): boolean {
  if (one.status !== other.status) return false
  const shape = shapeOf(one.body)
  if (shape !== shapeOf(other.body)) return false
  // Texts of errors are all of the same structure.
  return one.status < 300 && shape !== 'text' ? true : isSameAnswer(one, other, sent)
}
