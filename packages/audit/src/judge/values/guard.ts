/** A reason why a check lets strangers in under a condition. */
export interface Hole {
  readonly rule: string
  readonly file: string
  /** Offset in the file. */
  readonly start: number
  /** The particular subject, such as the name of the variable. */
  readonly subject: string
}

/** A check that refuses strangers. */
export interface Guard {
  /** What does the check, such as `auth() of next-auth`. */
  readonly name: string
  readonly file: string
  readonly start: number
  readonly holes: readonly Hole[]
  /** Whether the check depends on data, as in `if (!link.isPublic)`. */
  readonly isConditional: boolean
}

/** Adds holes to a guard. */
export function withHoles(guard: Guard, holes: readonly Hole[]): Guard {
  const added = holes.filter(
    (hole) =>
      !guard.holes.some((known) => known.rule === hole.rule && known.file === hole.file && known.start === hole.start),
  )
  return added.length === 0 ? guard : { ...guard, holes: [...guard.holes, ...added] }
}

/** The better of two guards that a request passes both. */
export function betterGuard(left: Guard | null, right: Guard | null): Guard | null {
  if (left === null || right === null) return left ?? right
  if (left.holes.length > 0 && right.holes.length === 0) return right
  return left.isConditional && !right.isConditional && right.holes.length === 0 ? right : left
}

/** The worse of two guards of which a request passes one. Null if it may pass without any. */
export function worseGuard(left: Guard | null, right: Guard | null): Guard | null {
  if (left === null || right === null) return null
  const isConditional = left.isConditional || right.isConditional
  return { ...withHoles(left, right.holes), isConditional }
}
