/** A piece of code and the kind of its text. */
export interface Token {
  readonly kind: 'comment' | 'string' | 'keyword' | 'name' | 'plain'
  readonly text: string
}

const pattern =
  /(?<comment>(?:(?<!:)\/\/|# ).*)|(?<string>'[^'\n]*'|"[^"\n]*")|(?<keyword>\b(?:import|from|export|const|async|await|return)\b|=>)|(?<name>\b\w+(?=\())/g

/**
 * Splits a short example in TypeScript or shell into tokens to be coloured. It knows what our examples use and no more:
 * a real highlighter would weigh more than the page.
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
