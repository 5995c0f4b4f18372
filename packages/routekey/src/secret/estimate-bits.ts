/** What a secret must have at least, by {@link estimateBits}. */
export const minimumSecretBits = 128

const hexGroups = /^(?:[0-9a-f]+(?:[-:][0-9a-f]+)*|[0-9A-F]+(?:[-:][0-9A-F]+)*)$/
const words = /^(?:[a-z._-]+|[A-Z._-]+)$/

// Ten words from a list of 7,776 have 129 bits in about 61 characters. Placeholders such as
// `replace-me-with-a-long-random-string` have less; a random run of letters of one case is judged too low, on the safe side.
const bitsPerWordCharacter = 2.1

// Shorter matches happen by chance: two equal runs of 8 hex digits in a random secret of 32 do once in ten million.
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

/** Counts characters, each run that occurred before as one, so that repeating a short secret adds next to nothing. */
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

/** The step from each character to the next, as text, in which `abcdef…` and `2468…` are runs of one character. */
function steps(text: string): string {
  return Array.from({ length: Math.max(text.length - 1, 0) }, (_, index) =>
    String.fromCharCode(0x8000 + text.charCodeAt(index + 1) - text.charCodeAt(index)),
  ).join('')
}

/**
 * Estimates how many bits a secret has, from its length, its alphabet and its variety. It cannot know how the secret was made: a
 * famous one of good length gets a high figure.
 */
export function estimateBits(secret: string): number {
  const text = hexGroups.test(secret) ? secret.replaceAll(/[-:]/g, '') : secret
  if (text === '') return 0
  return Math.floor(Math.min(novelLength(text), novelLength(steps(text)) + 1) * bitsPerCharacter(text))
}
