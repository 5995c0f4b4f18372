import * as z from 'zod/mini'

/** The name of a key: the rules of the keyring, with messages for the form. */
export const keyNameSchema = z
  .string('Enter a name.')
  .check(
    z.trim(),
    z.minLength(1, 'Enter a name.'),
    z.maxLength(100, 'Use at most 100 characters.'),
    z.regex(/^\P{Cc}*$/u, 'Use printable characters only.'),
  )
