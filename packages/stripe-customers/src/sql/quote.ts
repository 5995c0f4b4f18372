/**
 * Quotes a name for SQL.
 *
 * @throws TypeError if it is empty
 */
export function quoteIdentifier(name: string): string {
  if (name === '') throw new TypeError('The name of a table or column must not be empty.')
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a text for SQL. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * Splits a name such as `public.profiles` at its first dot.
 *
 * @throws TypeError if it has no dot
 */
export function splitTable(table: string): { schema: string; name: string } {
  const dot = table.indexOf('.')
  if (dot === -1) throw new TypeError(`The table needs its schema, such as public.${table}.`)
  return { schema: table.slice(0, dot), name: table.slice(dot + 1) }
}

/** Quotes a table with its schema for SQL. */
export function quoteTable(table: string): string {
  const { schema, name } = splitTable(table)
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}
