import 'server-only'

/** Words that anyone would try first here. */
const productWords = ['routekey']
/** A shorter word is in many good passwords by chance. */
const minimumWordLength = 4

/**
 * Finds out whether a new password is one of the first that an attacker would try: a common one, or one with the user's address or
 * the name of the product. It does not check the length, which the form does.
 *
 * @returns what to tell the user; null if the password can be used
 */
export async function findPasswordFault(password: string, email: string): Promise<string | null> {
  const folded = password.toLowerCase()
  const localPart = email.toLowerCase().split('@')[0] ?? ''
  const words = [...productWords, localPart, ...localPart.split(/[^\p{Letter}\p{Number}]+/u)]
  if (words.some((word) => word.length >= minimumWordLength && folded.includes(word))) {
    return 'This password contains your email address or the name of this product. Choose another one.'
  }
  if (/^(.{1,2})\1+$/u.test(folded) || (await readCommonPasswords()).has(folded)) {
    return 'This password is one of the most common ones. Choose another one.'
  }
  return null
}

let commonPasswords: Promise<ReadonlySet<string>> | undefined

/** Loads the list with the first sign-up, because most processes of a server never need it. */
function readCommonPasswords(): Promise<ReadonlySet<string>> {
  commonPasswords ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].map((password) => password.toLowerCase())),
  )
  return commonPasswords
}
