/**
 * Returns the text that the user must type to delete their account. In a file of its own, because the page loads the form's
 * parser later.
 *
 * @param email of the account; empty if it has no address
 */
export function deleteConfirmation(email: string): string {
  return email === '' ? 'delete my account' : email
}
