/**
 * Gives the words that have to be typed to delete an account. Apart from the form's parser, which the page does not load
 * at first.
 *
 * @param email of the account; empty where it has none
 */
export function deleteConfirmation(email: string): string {
  return email === '' ? 'delete my account' : email
}
