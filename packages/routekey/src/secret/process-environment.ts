/** The environment of the process. Some runtimes have no `process`; there, every variable is unset. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  // oxlint-disable-next-line node/no-process-env -- this is the library's one reading of the environment, by name
  return typeof process === 'undefined' ? {} : process.env
}

/** Reads a variable; `env` may be an ordinary object, whose `toString` is no value. */
export function readVariable(env: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = env[name]
  return typeof value === 'string' ? value : undefined
}
