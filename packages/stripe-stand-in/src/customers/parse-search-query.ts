/** The one search clause that the stand-in supports: `metadata['name']:'value'`. */
export interface MetadataClause {
  readonly name: string
  readonly value: string
}

const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const clausePattern = new RegExp(String.raw`^\s*metadata\[(?<name>${quoted})\]\s*:\s*(?<value>${quoted})\s*$`, 's')

/** Parses a query in Stripe's search language. Returns null for a query of more than one clause or of another kind. */
export function parseSearchQuery(query: string): MetadataClause | null {
  const { name, value } = clausePattern.exec(query)?.groups ?? {}
  return name === undefined || value === undefined ? null : { name: unquote(name), value: unquote(value) }
}

function unquote(quotedText: string): string {
  return quotedText.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
}
