/** Returns the environment variables of the process. In a runtime without `process`, every variable is unset. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  // oxlint-disable-next-line node/no-process-env -- the only place where the library reads the environment
  return typeof process === 'undefined' ? {} : process.env
}

/** Reads a variable. A member that is not text, such as `toString` or a worker's binding to a store, counts as unset. */
export function readVariable(env: object, name: string): string | undefined {
  const value: unknown = Reflect.get(env, name)
  return typeof value === 'string' ? value : undefined
}
