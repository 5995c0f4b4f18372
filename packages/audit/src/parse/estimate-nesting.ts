const opening = new Set(['(', '[', '{'])
const closing = new Set([')', ']', '}'])
const ends = new Set([';', ',', '\n', ')', '}'])

/**
 * Estimates how deep a text is nested, without parsing it: brackets, tags of JSX, and operators that nest to the right. The
 * parser needs stack for each level, and a program that runs out of it ends.
 */
export function estimateNesting(source: string): number {
  let brackets = 0
  let tags = 0
  let operators = 0
  let deepest = 0
  for (let index = 0; index < source.length; index += 1) {
    const character = source.charAt(index)
    if (opening.has(character)) brackets += 1
    else if (closing.has(character)) brackets = Math.max(0, brackets - 1)
    if (ends.has(character)) operators = 0
    if (character === '=' || character === '?' || character === '!' || character === '~') operators += 1
    if (character === '<') tags = source.charAt(index + 1) === '/' ? Math.max(0, tags - 1) : tags + 1
    else if (character === '>') tags = source.charAt(index - 1) === '/' ? Math.max(0, tags - 1) : tags
    deepest = Math.max(deepest, brackets, tags > 3000 ? tags : 0, operators)
  }
  return deepest
}
