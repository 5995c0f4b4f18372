import { type ErrorCode, RoutekeyError } from '../errors.ts'

/** The largest `integer` of Postgres, and the longest timer of JavaScript in milliseconds. */
const maximumInteger = 2 ** 31 - 1

/**
 * Checks that a number is whole and from 1 to `maximum`.
 *
 * @throws `code`, with the name of the number in the message.
 */
export function checkWholeNumber(code: ErrorCode, name: string, value: number, maximum = maximumInteger): void {
  if (!(Number.isInteger(value) && value >= 1 && value <= maximum)) {
    throw new RoutekeyError(code, `${name} must be a whole number from 1 to ${maximum}.`)
  }
}
