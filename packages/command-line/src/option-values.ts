import { InvalidArgumentError } from '@commander-js/extra-typings'

/** Parses a whole number of at most nine digits, for an option of a command. */
export function parseWholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Use a whole number.')
  return Number(text)
}

/** Parses the path of a file. Refuses one that starts with a dash: the path was left out, and an option follows. */
export function parsePath(text: string): string {
  if (text === '' || text.startsWith('-')) throw new InvalidArgumentError('Use the path of a file.')
  return text
}

/** Collects the values of an option that may be given several times. */
export const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value]
