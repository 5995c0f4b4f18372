import type { BindingPattern, Expression, Statement } from 'oxc-parser'

import type { Module } from './module.ts'
import type { Path } from './path.ts'
import type { Scope } from './scope.ts'
import type { Guard, Hole } from './values/guard.ts'
import type { Closure } from './values/parts.ts'
import type { Value } from './values/value.ts'

/** What a handler does beyond answering. */
export type EffectKind = 'writes' | 'sends' | 'spends' | 'reads'

/** Something that a handler does, and the check that comes before it. */
export interface Effect {
  readonly kind: EffectKind
  readonly name: string
  readonly file: string
  readonly start: number
  readonly guard: Guard | null
}

/** An end of a function: the value that it returns, and the way that led there. */
export interface Exit {
  readonly path: Path
  readonly value: Value
}

/** What one call of a function does. */
export interface Outcome {
  readonly value: Value
  /** The check that the call has passed when it returns. */
  readonly guard: Guard | null
  readonly effects: readonly Effect[]
  /** Remarks that do not open the handler, such as a secret in the query. */
  readonly remarks: readonly Hole[]
  /** Whether every way ends in an exception. */
  readonly throws: boolean
  readonly known: ReadonlySet<string>
}

/** What a call of a function collects while it runs. */
export interface Frame {
  readonly exits: Exit[]
  readonly effects: Effect[]
  readonly remarks: Hole[]
}

/** The surroundings of an expression or a statement. */
export interface Context {
  readonly machine: Machine
  readonly module: Module
  readonly scope: Scope
  readonly frame: Frame
  readonly path: Path
  readonly depth: number
  /** `this` in a method. */
  readonly self: Value | null
}

/** The two ways out of a condition. */
export interface Branches {
  readonly yes: Path
  readonly no: Path
  /** The check behind the condition, if it is unknown which way has passed it. */
  readonly either: Guard | null
}

/** A condition: its value, and the two ways out of it. */
export interface Condition extends Branches {
  readonly value: Value
}

/** The parts that call each other. */
export interface Machine {
  readonly evaluate: (node: Expression, context: Context) => Value
  /** Evaluates a condition. */
  readonly branch: (node: Expression, context: Context) => Condition
  /** Runs statements. Afterwards, `context.path` is the way to what follows. */
  readonly execute: (statements: readonly Statement[], context: Context) => void
  readonly bind: (pattern: BindingPattern, value: Value, context: Context) => void
  readonly call: (closure: Closure, args: readonly Value[], context: Context, self?: Value | null) => Outcome
  /** The value that a file exports under a name. */
  readonly readExport: (file: string, name: string) => Value | null
  /** The value of an import. */
  readonly importFrom: (module: Module, specifier: string, name: string) => Value
  /** What the user's configuration declares as guards, such as `@/lib/auth#requireUser`. */
  readonly isOwnGuard: (specifier: string, name: string) => boolean
  /** Whether a file holds the handler that is judged. */
  readonly isHandlerFile: (file: string) => boolean
  /** How often the path or the method of the request was read, and counts one more. */
  readonly routeReads: (isRead?: boolean) => number
  /** Counts a step, and returns whether there are any left for this handler. */
  readonly spend: () => boolean
}
