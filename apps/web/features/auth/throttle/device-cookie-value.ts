/** A browser, and signatures of the accounts to which it has signed in, newest last. */
export interface Device {
  readonly id: string
  readonly accounts: readonly string[]
}

/** A cookie stays small, and few people share a browser. */
const maximumAccounts = 5

/** Parses the value of the cookie. The signatures are not checked. Returns null unless it has the form of one. */
export function parseDeviceCookie(value: string): Device | null {
  if (!/^[\w-]{22}(?:\.[\w-]{43}){1,5}$/.test(value)) return null
  const [id = '', ...accounts] = value.split('.')
  return { id, accounts }
}

/** Formats the value of the cookie. */
export function formatDeviceCookie({ id, accounts }: Device): string {
  return [id, ...accounts].join('.')
}

/** Adds an account, as the newest one. The oldest is forgotten if there are too many. */
export function addAccount({ id, accounts }: Device, account: string): Device {
  return { id, accounts: [...accounts.filter((other) => other !== account), account].slice(-maximumAccounts) }
}
