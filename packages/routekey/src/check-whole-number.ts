import { type ErrorCode, RoutekeyError } from './errors.ts'

/** The largest `integer` of Postgres, and the longest timer of JavaScript in milliseconds. */
const maximumInteger = 2 ** 31 - 1

/**
 * Checks that a number is whole and in a range.
 *
 * @throws `code`, with the name of the number in the message.
 */
export function checkWholeNumber(
  code: ErrorCode,
  name: string,
  value: number,
  maximum = maximumInteger,
  minimum = 1,
): void {
  if (!(Number.isInteger(value) && value >= minimum && value <= maximum)) {
    throw new RoutekeyError(code, `${name} must be a whole number from ${minimum} to ${maximum}.`)
  }
}
