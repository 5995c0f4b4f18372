import type { Closure, External, Literal, Role, SecretUse } from './parts.ts'
import { type Guard, worseGuard } from './guard.ts'

/** What the caller controls, as it comes. */
export const fromRequest = 1
/** From a place where callers put credentials. */
export const isCredential = 2
/** `undefined` when the caller leaves it out. */
export const mayBeMissing = 4
/** `null` when the caller leaves it out. */
export const mayBeNull = 8
/** From `Host`, `Origin`, `Referer` and the like, which every client can set. */
export const fromHost = 16
/** From the address of the request, which logs keep. */
export const fromQuery = 32
/** The name of the environment, such as `NODE_ENV`, and values computed from it. */
export const isEnvironment = 64
/** The method of the request. */
export const isMethod = 128
/** The body after parsing. */
export const isParsedBody = 512
/** Surely an object, which is truthy. */
export const isObject = 2048
/** From a variable that may be assigned again. */
export const isVariable = 4096
/** The result of a look-up or a call with data of the caller. */
export const isDerived = 1024

/** The facts about a value that are known without running the program. */
export interface Value {
  readonly flags: number
  readonly role: Role | null
  readonly literal: Literal | null
  readonly functions: readonly Closure[]
  readonly members: ReadonlyMap<string, Value> | null
  readonly external: External | null
  readonly secrets: readonly SecretUse[]
  /** The check that this value is the result of. */
  readonly guard: Guard | null
  /** 1: truthy if the check passed; -1: truthy if it failed; 0: unknown. */
  readonly polarity: 1 | 0 | -1
  /** Of a response. */
  readonly status: number | null
}

/** A value of which nothing is known. */
export const unknownValue: Value = {
  flags: 0,
  role: null,
  literal: null,
  functions: [],
  members: null,
  external: null,
  secrets: [],
  guard: null,
  polarity: 0,
  status: null,
}

/** Creates a value from facts. */
export const valueOf = (known: Partial<Value>): Value => ({ ...unknownValue, ...known })

/** Creates the value of a literal. */
export const literalOf = (value: Literal['value']): Value => valueOf({ literal: { value } })

/** The value of `undefined`, and of a function without `return`. */
export const undefinedValue = literalOf(undefined)

/** Whether a value is known to be falsy. */
export function isFalsy({ literal }: Value): boolean {
  return literal !== null && !literal.value
}

/** Whether a value is surely truthy or falsy. Null if it is not known. */
export function truthOf({ literal, flags, guard }: Value): boolean | null {
  if (guard !== null || (flags & isVariable) !== 0) return null
  if (literal !== null) return Boolean(literal.value)
  return (flags & isObject) === 0 ? null : true
}

/** Combines the values that an expression may have. */
export function unite(values: readonly Value[]): Value {
  const [first, ...others] = values
  if (first === undefined) return undefinedValue
  return others.reduce(uniteTwo, first)
}

function uniteTwo(left: Value, right: Value): Value {
  if (left === right) return left
  const isEmptyLeft = isFalsy(left)
  const isEmptyRight = isFalsy(right)
  return {
    flags: ((left.flags | right.flags) & ~isObject) | (left.flags & right.flags & isObject),
    role: left.role ?? right.role,
    literal: isSameLiteral(left, right) ? left.literal : null,
    functions:
      left.functions === right.functions ? left.functions : [...new Set([...left.functions, ...right.functions])],
    members: uniteMembers(left.members, right.members),
    external: left.external ?? right.external,
    secrets: left.secrets.length === 0 ? right.secrets : [...new Set([...left.secrets, ...right.secrets])],
    guard:
      left.guard === null || right.guard === null ? (left.guard ?? right.guard) : worseGuard(left.guard, right.guard),
    polarity: unitePolarity(
      isEmptyLeft ? right.polarity : left.polarity,
      isEmptyRight ? left.polarity : right.polarity,
      left,
      right,
    ),
    status: left.status ?? right.status,
  }
}

function unitePolarity(left: Value['polarity'], right: Value['polarity'], a: Value, b: Value): Value['polarity'] {
  if (a.guard === null) return right
  if (b.guard === null) return left
  return left === right ? left : 0
}

const isSameLiteral = (left: Value, right: Value): boolean =>
  left.literal !== null && right.literal !== null && left.literal.value === right.literal.value

function uniteMembers(left: Value['members'], right: Value['members']): Value['members'] {
  if (left === null || right === null) return left ?? right
  const members = new Map(left)
  for (const [name, value] of right) {
    const known = members.get(name)
    members.set(name, known === undefined ? value : uniteTwo(known, value))
  }
  return members
}

/** What a computation passes on of the values that it uses: where they come from, but not what they are. */
export function derive(values: readonly Value[]): Value {
  let flags = 0
  let guard: Guard | null = null
  let polarity: Value['polarity'] = 0
  let secrets: readonly SecretUse[] = []
  for (const value of values) {
    flags |= value.flags & ~(isObject | isVariable)
    if (value.guard !== null) {
      polarity = guard === null ? value.polarity : 0
      guard ??= value.guard
    }
    if (value.secrets.length > 0) secrets = secrets.length === 0 ? value.secrets : [...secrets, ...value.secrets]
  }
  return flags === 0 && guard === null && secrets.length === 0
    ? unknownValue
    : { ...unknownValue, flags, guard, polarity, secrets }
}

/** The flags of a value and of everything in it. */
export function deepFlags(value: Value, depth = 3): number {
  if (value.members === null || depth === 0) return value.flags
  let flags = value.flags
  for (const member of value.members.values()) flags |= deepFlags(member, depth - 1)
  return flags
}

/** The secrets in a value and in everything in it. */
export function deepSecrets(value: Value, depth = 3): readonly SecretUse[] {
  if (value.members === null || depth === 0) return value.secrets
  return [...value.secrets, ...[...value.members.values()].flatMap((member) => deepSecrets(member, depth - 1))]
}
