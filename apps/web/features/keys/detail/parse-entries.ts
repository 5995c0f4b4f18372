/** How many lines of the audit trail are shown at first, and how many each step adds. */
export const entriesPerPage = 20

/** As many as the keyring reads at once, but one that tells whether there are more. */
export const maximumEntries = 980

/** Parses how many lines of the audit trail the address asks for; what it does not understand counts as none asked for. */
export function parseEntries(value: string | string[] | undefined): number {
  const count = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : entriesPerPage
  return Math.min(Math.max(count, entriesPerPage), maximumEntries)
}
