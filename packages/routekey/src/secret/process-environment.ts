/** Returns the environment variables of the process. In a runtime without `process`, every variable is unset. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  // oxlint-disable-next-line node/no-process-env -- the only place where the library reads the environment
  return typeof process === 'undefined' ? {} : process.env
}

/** Reads a variable. `env` may be an ordinary object, so inherited members such as `toString` are ignored. */
export function readVariable(env: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = env[name]
  return typeof value === 'string' ? value : undefined
}
