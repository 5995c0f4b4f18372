const excuse = /(?:\/\/|\/\*|\*|\{\/\*)\s*routekey-audit:\s*(\S.*?)\s*(?:\*\/\}?)?\s*$/

/**
 * Finds the reason in a comment on a line or right before it, as `// routekey-audit: public, it only says that the server is up`.
 * Other comments may be between.
 */
export function findExcuse(lines: readonly string[], line: number): string | null {
  const own = excuse.exec(lines[line - 1] ?? '')?.[1]
  if (own !== undefined) return own
  for (let index = line - 2; index >= 0; index -= 1) {
    const text = (lines[index] ?? '').trim()
    const found = excuse.exec(text)?.[1]
    if (found !== undefined) return found
    if (!/^(?:\/\/|\/\*|\*)/.test(text)) return null
  }
  return null
}
