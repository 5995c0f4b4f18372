/** The least that a secret needs, by {@link estimateBits}. */
export const minimumSecretBits = 128

const hexGroups = /^(?:[0-9a-f]+(?:[-:][0-9a-f]+)*|[0-9A-F]+(?:[-:][0-9A-F]+)*)$/
const words = /^(?:[a-z._-]+|[A-Z._-]+)$/

// Ten words from a list of 7,776 have 129 bits in about 61 characters. Placeholders such as
// `replace-me-with-a-long-random-string` have less. Random letters of one case are underestimated, which is the safe side.
const bitsPerWordCharacter = 2.1

// Shorter matches happen by chance: 32 random hex digits repeat 8 of them once in ten million secrets.
const shortestMatch = 8

function alphabetSize(text: string): number {
  if (/^[0-9]+$/.test(text)) return 10
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)) return 16
  if (/^(?:[0-9a-z]+|[0-9A-Z]+)$/.test(text)) return 36
  if (/^[0-9A-Za-z]+$/.test(text)) return 62
  if (/^(?:[0-9A-Za-z+/=]+|[\w-]+)$/.test(text)) return 64
  return 94
}

function bitsPerCharacter(text: string): number {
  if (words.test(text)) return bitsPerWordCharacter
  const size = alphabetSize(text)
  const distinct = new Set(text).size
  return Math.log2(distinct >= Math.min(size, text.length) / 3 ? size : distinct)
}

/** Counts characters, but counts a repeated run as one, so that repeating a short secret adds almost nothing. */
function novelLength(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; count += 1) {
    const earlier = text.indexOf(text.slice(index, index + shortestMatch))
    let length = 1
    if (earlier < index && index + shortestMatch <= text.length) {
      while (index + length < text.length && text[earlier + length] === text[index + length]) length += 1
    }
    index += length
  }
  return count
}

/** Maps each pair of neighbours to their distance, so that `abcdef…` and `2468…` become runs of one character. */
function steps(text: string): string {
  return Array.from({ length: text.length - 1 }, (_, index) =>
    String.fromCharCode(0x8000 + text.charCodeAt(index + 1) - text.charCodeAt(index)),
  ).join('')
}

/**
 * Estimates the bits of a secret from its length, alphabet and variety. It cannot know how the secret was generated: a long
 * secret that is published somewhere gets a high estimate.
 */
export function estimateBits(secret: string): number {
  const text = hexGroups.test(secret) ? secret.replaceAll(/[-:]/g, '') : secret
  return Math.floor(Math.min(novelLength(text), novelLength(steps(text)) + 1) * bitsPerCharacter(text))
}
