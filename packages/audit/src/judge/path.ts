import { type Guard, type Hole, withHoles, worseGuard } from './values/guard.ts'

/** The facts at a point of a function, on the way that leads there. */
export interface Path {
  /** The check that every request on this way has passed. */
  guard: Guard | null
  /** The condition of the deployment under which this way is taken, such as an unset variable. */
  hole: Hole | null
  /** Whether this way depends on stored data. */
  isSoft: boolean
  /** Whether no deployment takes this way, because `NODE_ENV` is `production` there. */
  isDevelopment: boolean
  /** Variables of the environment that are set on this way. */
  known: ReadonlySet<string>
  /** Whether nothing comes after this point: it has thrown. */
  isDead: boolean
}

/** Creates the start of a function. */
export const createPath = (known: ReadonlySet<string>): Path => ({
  guard: null,
  hole: null,
  isSoft: false,
  isDevelopment: false,
  known,
  isDead: false,
})

/** Copies a path for a branch. */
export const forkPath = (path: Path): Path => ({ ...path })

/** Continues a path as another. */
export function continueAs(path: Path, next: Path): void {
  Object.assign(path, next)
}

/** Joins two branches. A branch that has ended does not count. `before` is the path before they parted. */
export function mergePaths(before: Path, left: Path, right: Path): Path {
  if (left.isDead) return right
  if (right.isDead) return left
  const known =
    left.known === right.known ? left.known : new Set([...left.known].filter((name) => right.known.has(name)))
  return {
    guard: mergeGuards(left, right),
    hole: left.hole !== null && right.hole !== null ? left.hole : before.hole,
    isSoft: before.isSoft || (left.isSoft && right.isSoft && (left.guard === null) === (right.guard === null)),
    isDevelopment: left.isDevelopment && right.isDevelopment,
    known,
    isDead: false,
  }
}

function mergeGuards(left: Path, right: Path): Guard | null {
  if (left.guard !== null && right.guard !== null) return worseGuard(left.guard, right.guard)
  const guarded = left.guard === null ? right.guard : left.guard
  const open = left.guard === null ? left : right
  if (guarded === null) return null
  if (open.hole !== null) return withHoles(guarded, [open.hole])
  return open.isSoft ? { ...guarded, isConditional: true } : null
}
