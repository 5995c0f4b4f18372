import type { ArrowFunctionExpression, Function } from 'oxc-parser'

import type { Module } from '../module.ts'
import type { Scope } from '../scope.ts'

/** What a value is in Next.js or in JavaScript. */
export type Role =
  | 'request'
  | 'response'
  | 'headers'
  | 'cookies'
  | 'query'
  | 'body'
  | 'rawBody'
  | 'url'
  | 'context'
  | 'params'
  | 'process'
  | 'environment'
  | 'builtin'
  | 'answer'

/** A value that is written in the source. */
export interface Literal {
  readonly value: string | number | boolean | null | undefined
}

/** A function with the scope in which it was created. */
export interface Closure {
  readonly node: Function | ArrowFunctionExpression
  readonly scope: Scope
  readonly module: Module
  /** Whether the scope is that of its module, so that its result depends on its arguments alone. */
  readonly isTopLevel: boolean
  /** `wrap`: a guard of a library around it. */
  readonly guardedBy: GuardedBy | null
}

/** A library's guard around a function. */
export interface GuardedBy {
  readonly name: string
  readonly file: string
  readonly start: number
}

/** Something from a package that is not part of the code base, such as `stripe` `webhooks.constructEvent`. */
export interface External {
  readonly package: string
  /** The path from the package, such as `default().webhooks.constructEvent`. */
  readonly path: string
}

/** How a secret of the environment is used. */
export interface SecretUse {
  readonly name: string
  /**
   * `plain`: `undefined` when unset; `text`: the text `undefined` when unset; `empty`: `''` when unset; `default`: a text that
   * is in the source; `sure`: something ensures that it is set.
   */
  readonly form: 'plain' | 'text' | 'empty' | 'default' | 'sure'
}
