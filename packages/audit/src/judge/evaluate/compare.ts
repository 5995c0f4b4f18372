import type { Context } from '../machine.ts'
import type { Guard, Hole } from '../values/guard.ts'
import type { SecretUse } from '../values/parts.ts'
import {
  deepFlags,
  deepSecrets,
  fromHost,
  fromQuery,
  fromRequest,
  isCredential,
  isDerived,
  isEnvironment,
  isParsedBody,
  mayBeMissing,
  mayBeNull,
  type Value,
  valueOf,
} from '../values/value.ts'

/** Two values that are compared, and where. */
export interface Comparison {
  readonly left: Value
  readonly right: Value
  readonly start: number
  /** `===` and `!==`: `undefined` equals `undefined`, but not `null`. `data`: in constant time, or in a list. */
  readonly form: 'strict' | 'loose' | 'data'
  readonly name?: string
}

/** The value of `left === right`, if the comparison tells who the caller is. Null for other comparisons. */
export function compare({ left, right, start, form, name }: Comparison, context: Context): Value | null {
  const pair = findPair(left, right) ?? findPair(right, left)
  if (pair === null) return null
  const { given, expected, isByHost } = pair
  const { file } = context.module
  const secrets = deepSecrets(expected)
  const flags = deepFlags(given)
  const at = { file, start }
  const holes = isByHost
    ? [{ ...at, rule: 'host-guard', subject: '' }]
    : secrets.flatMap((secret) => holeOf(secret, flags, form, context, start))
  if (!isByHost && secrets.length > 0) remark(context, { ...at, subject: secrets[0]?.name ?? '' }, flags, form)
  if (secrets.length > 0 && (deepFlags(expected) & isParsedBody) !== 0) {
    context.frame.remarks.push({ ...at, subject: '', rule: 'parsed-body' })
  }
  const guard: Guard = { name: name ?? describe(secrets), ...at, holes, isConditional: false }
  return valueOf({ guard, polarity: 1 })
}

function remark(context: Context, at: Omit<Hole, 'rule'>, flags: number, form: Comparison['form']): void {
  if ((flags & fromQuery) !== 0) context.frame.remarks.push({ ...at, rule: 'secret-in-query' })
  if (form !== 'data') context.frame.remarks.push({ ...at, rule: 'timing' })
}

const describe = (secrets: readonly SecretUse[]): string =>
  secrets[0] === undefined ? 'a comparison with a stored value' : `a comparison with ${secrets[0].name}`

interface Pair {
  readonly given: Value
  readonly expected: Value
  readonly isByHost: boolean
}

/** Finds what the caller gives, and what it must be. */
function findPair(given: Value, expected: Value): Pair | null {
  const flags = deepFlags(given)
  const isGiven = (flags & fromRequest) !== 0 && deepSecrets(given).length === 0
  if (!isGiven) return null
  const isByHost = (flags & fromHost) !== 0
  // Two parts of the same request: a check against forged forms, which does not check the caller.
  if (isByHost) return (deepFlags(expected) & fromRequest) === 0 ? { given, expected, isByHost } : null
  if (deepSecrets(expected).length > 0) return { given, expected, isByHost }
  const isStored = (deepFlags(expected) & isDerived) !== 0 && expected.literal === null
  return isStored && (flags & isCredential) !== 0 ? { given, expected, isByHost } : null
}

/** How a comparison with a secret lets strangers in. */
export function holeOf(
  { name, form }: SecretUse,
  given: number,
  comparison: Comparison['form'] | 'call',
  { path, module }: Context,
  start: number,
): readonly Hole[] {
  if (path.known.has(name) && form !== 'default') return []
  const at = { file: module.file, start, subject: name }
  switch (form) {
    case 'sure':
      return []
    case 'text':
      return [{ ...at, rule: comparison === 'call' ? 'unset-hmac-key' : 'unset-in-text' }]
    case 'empty':
      return [{ ...at, rule: comparison === 'call' ? 'unset-hmac-key' : 'unset-comparison' }]
    case 'default':
      return [{ ...at, rule: 'default-secret' }]
    case 'plain': {
      const missing = comparison === 'loose' ? mayBeMissing | mayBeNull : comparison === 'strict' ? mayBeMissing : 0
      return (given & missing) === 0 ? [] : [{ ...at, rule: 'unset-comparison' }]
    }
  }
}

/** The value of a comparison of something that a check has found, such as `session.user.role === 'admin'`. */
export function compareChecked(left: Value, right: Value): Value | null {
  const [checked, other] = left.guard === null ? [right, left] : [left, right]
  if (checked.guard === null) return null
  const literal = other.literal
  const isNegative =
    literal !== null &&
    (!literal.value ||
      literal.value === 'undefined' ||
      Number(literal.value) >= 400 ||
      /unauth|forbidden|invalid|error|fail|denied|expired/i.test(String(literal.value)))
  const base = checked.polarity === 0 ? 1 : checked.polarity
  return valueOf({ guard: checked.guard, polarity: isNegative ? (base === 1 ? -1 : 1) : base })
}

/** `NODE_ENV` is `production` in every deployment: 1 if the comparison is true only elsewhere. */
function developmentPolarity(left: Value, right: Value): Value['polarity'] {
  const names = [left.external?.path, right.external?.path]
  const text = left.literal?.value ?? right.literal?.value
  if (!names.includes('NODE_ENV') || typeof text !== 'string') return 0
  return text === 'production' ? -1 : 1
}

/** The value of a comparison with a variable of the environment. Null for other comparisons. */
export function compareEnvironment(left: Value, right: Value): Value | null {
  if (((left.flags | right.flags) & isEnvironment) !== 0)
    return valueOf({ flags: isEnvironment, polarity: developmentPolarity(left, right) })
  const [variable, other] = left.secrets.length > 0 ? [left, right] : [right, left]
  if (variable.secrets.length === 0 || other.literal === null) return null
  return other.literal.value ? valueOf({ flags: isEnvironment }) : { ...variable, external: null, polarity: -1 }
}
