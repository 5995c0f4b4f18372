import type { Expression, Function, Class, Program } from 'oxc-parser'

import type { Scope } from './scope.ts'

/** The target of the name of an export. */
export type ExportTarget =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'node'; readonly node: Expression | Function | Class }
  | { readonly kind: 'import'; readonly specifier: string; readonly name: string }

/** A file of the code base, with its names and exports. */
export interface Module {
  readonly file: string
  readonly program: Program
  readonly scope: Scope
  readonly exported: ReadonlyMap<string, ExportTarget>
  /** Variables of the environment without which the file throws when it is loaded. */
  readonly known: Set<string>
  /** The modules of `export * from`. */
  readonly starExports: readonly string[]
}
