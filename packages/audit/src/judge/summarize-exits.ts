import type { Exit, Outcome } from './machine.ts'
import { type Guard, type Hole, withHoles, worseGuard } from './values/guard.ts'
import { isFalsy, unite, unknownValue, type Value } from './values/value.ts'

type Summary = Pick<Outcome, 'value' | 'guard' | 'throws'>

/**
 * Summarizes the ends of a function: what the caller learns when it returns. If some ends come after a check and others do not,
 * the value that they return is the result of the check.
 */
export function summarizeExits(exits: readonly Exit[]): Summary {
  if (exits.length === 0) return { value: unknownValue, guard: null, throws: true }
  const value = unite(exits.map((exit) => exit.value))
  const passed = exits.filter(({ path }) => path.guard !== null)
  const open = exits.filter(({ path }) => path.guard === null)
  if (passed.length === 0) return { value: withOpenings(value, exits), guard: null, throws: false }
  const guard = passed
    .slice(1)
    .reduce<Guard | null>((worst, { path }) => worseGuard(worst, path.guard), passed[0]?.path.guard ?? null)
  const openings = open.filter((exit) => !isRefusal(exit.value))
  const holes = openings.flatMap(({ path }) => (path.hole === null ? [] : [path.hole]))
  if (open.length === holes.length && guard !== null) {
    return { value, guard: withHoles(guard, holes), throws: false }
  }
  return { value: { ...value, ...resultOfCheck(passed, open, guard, holes, value) }, guard: null, throws: false }
}

/** A value says no to the caller: `null`, `false`, `{ ok: false }`, `{ error }`, or a response with an error. */
function isRefusal(value: Value): boolean {
  if (isFalsy(value) && value.literal?.value !== undefined) return true
  if (value.status !== null && value.status >= 300) return true
  const { members } = value
  if (members === null) return false
  for (const name of ['ok', 'success', 'valid', 'isValid', 'authorized', 'authenticated', 'user', 'session']) {
    const member = members.get(name)
    if (member !== undefined && isFalsy(member)) return true
  }
  const error = members.get('error')
  return error !== undefined && !isFalsy(error)
}

/** Ends that let the caller in by a condition of the deployment, in a function that returns the result of a check. */
function withOpenings(value: Value, exits: readonly Exit[]): Value {
  if (value.guard === null) return value
  const checking = exits.filter((exit) => exit.value.guard !== null)
  const yes = exits.filter((exit) => exit.value.guard === null && isYes(exit.value, checking))
  const holes: Hole[] = []
  let isConditional = false
  for (const { path } of yes) {
    if (path.hole !== null) holes.push(path.hole)
    else if (path.isSoft) isConditional = true
    else return { ...value, guard: null }
  }
  const guard = withHoles(value.guard, holes)
  return { ...value, guard: isConditional ? { ...guard, isConditional } : guard }
}

const isYes = (value: Value, checking: readonly Exit[]): boolean =>
  value.literal?.value === true ||
  (value.members !== null && !isRefusal(value) && checking.some((exit) => exit.value.members !== null))

type Result = Pick<Value, 'guard' | 'polarity'>

function resultOfCheck(
  passed: readonly Exit[],
  open: readonly Exit[],
  guard: Guard | null,
  holes: readonly Hole[],
  value: Value,
): Result {
  const hard = open.filter(({ path, value: given }) => path.hole === null && !isRefusal(given))
  // Both say the same, so the caller cannot tell them apart.
  const isSame = hard.some((exit) => passed.some((other) => isSameLiteral(exit.value, other.value)))
  if (guard === null || isSame) return { guard: isSame ? null : value.guard, polarity: value.polarity }
  return { guard: withHoles(guard, holes), polarity: polarityOf(passed, open) }
}

const isSameLiteral = (left: Value, right: Value): boolean =>
  left.literal !== null &&
  right.literal !== null &&
  left.literal.value === right.literal.value &&
  left.literal.value !== undefined

function polarityOf(passed: readonly Exit[], open: readonly Exit[]): Value['polarity'] {
  if (open.every((exit) => isFalsy(exit.value))) return 1
  if (passed.every((exit) => isFalsy(exit.value))) return -1
  return 0
}
