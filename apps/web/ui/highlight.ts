/** A part of the code with its kind. */
export interface Token {
  readonly kind: 'comment' | 'string' | 'keyword' | 'name' | 'plain'
  readonly text: string
}

const pattern =
  /(?<comment>(?:(?<!:)\/\/|# ).*)|(?<string>'[^'\n]*'|"[^"\n]*")|(?<keyword>\b(?:import|from|export|const|async|await|return)\b|=>)|(?<name>\b\w+(?=\())/g

/**
 * Splits a short example in TypeScript or shell into tokens. It supports only the syntax that our examples use; that is all
 * that this application shows.
 */
export function highlight(code: string): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const match of code.matchAll(pattern)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: code.slice(end, match.index) })
    const kind = (['comment', 'string', 'keyword', 'name'] as const).find((name) => match.groups?.[name] !== undefined)
    tokens.push({ kind: kind ?? 'plain', text: match[0] })
    end = match.index + match[0].length
  }
  if (end < code.length) tokens.push({ kind: 'plain', text: code.slice(end) })
  return tokens
}
