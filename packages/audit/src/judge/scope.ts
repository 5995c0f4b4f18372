import type { Value } from './values/value.ts'

/** A name and its value, which is computed when it is first asked for. */
export interface Binding {
  read: () => Value
}

/** The names of a block, and those around it. */
export interface Scope {
  readonly parent: Scope | null
  readonly bindings: Map<string, Binding>
}

/** Creates the scope of a block. */
export const createScope = (parent: Scope | null): Scope => ({ parent, bindings: new Map() })

/** Finds what a name stands for. Returns null for a global. */
export function findBinding(scope: Scope, name: string): Binding | null {
  for (let current: Scope | null = scope; current !== null; current = current.parent) {
    const binding = current.bindings.get(name)
    if (binding !== undefined) return binding
  }
  return null
}

/** Declares a name with a value that is known. */
export function declare(scope: Scope, name: string, value: Value): void {
  scope.bindings.set(name, { read: () => value })
}

/** Declares a name whose value is computed once, when it is first asked for. `fallback` ends circles. */
export function declareLazily(scope: Scope, name: string, compute: () => Value, fallback: Value): void {
  const binding: Binding = {
    read() {
      binding.read = () => fallback
      const value = compute()
      binding.read = () => value
      return value
    },
  }
  scope.bindings.set(name, binding)
}
