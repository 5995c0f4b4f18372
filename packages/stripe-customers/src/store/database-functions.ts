/** Calls SQL functions of the schema `public`, by name and with named arguments. What they return is as in JSON: an instant is a text. */
export interface DatabaseFunctions {
  /** Calls a function that returns a table, or a set of values. */
  rows(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Calls a function that returns one value. */
  value(name: string, args: Readonly<Record<string, unknown>>): Promise<unknown>
}
