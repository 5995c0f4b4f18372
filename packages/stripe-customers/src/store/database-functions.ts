/** Calls SQL functions of the schema `public`, by name and with named arguments. */
export interface DatabaseFunctions {
  /** Calls a function that returns a table. */
  rows(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Calls a function that returns one value. */
  value(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown>
}
