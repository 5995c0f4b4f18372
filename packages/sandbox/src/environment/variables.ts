import { SandboxError } from '../errors.ts'
import { sandboxMarker } from '../host/sandbox-keys.ts'

/** Environment variables by name. An empty one counts as not set. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The sources of variables. The process wins over the file. */
export interface Sources {
  readonly process: Variables
  /** The application's `.env.local`. */
  readonly file: Variables
}

/** Finds a variable in the process environment, then in the file. */
export function findVariable({ process, file }: Sources, name: string): string | undefined {
  return process[name] ?? file[name]
}

export function withoutEmpty(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
}

/** Returns a variable of a group that must be set together. */
export function requireVariable(name: string, group: readonly string[], values: Variables): string {
  const value = values[name]
  if (value !== undefined) return value
  const present = group.filter((other) => values[other] !== undefined)
  const others = present.join(' and ')
  throw environmentError(
    `${name} is required because ${others} ${present.length === 1 ? 'is' : 'are'} set. ` +
      `Set it in apps/web/.env.local, or unset ${others} to use the sandbox.`,
  )
}

export function requireVariables(names: readonly string[], values: Variables): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, requireVariable(name, names, values)]))
}

export function environmentError(message: string): SandboxError {
  return new SandboxError('ERR_SANDBOX_ENVIRONMENT', message)
}

/** Returns whether a key belongs to a sandbox, this one or another. */
export function isSandboxKey(key: string | undefined): boolean {
  return key?.includes(sandboxMarker) === true
}

/** Returns whether a key is set and belongs to a real service. */
export function isRealKey(key: string | undefined): key is string {
  return key !== undefined && !isSandboxKey(key)
}
