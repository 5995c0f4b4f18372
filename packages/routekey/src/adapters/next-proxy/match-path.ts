// `%2541` is `A` to whoever decodes twice, so an escaped percent sign counts as the percent sign, at any depth at once. Byte by
// byte, unlike decodeURIComponent, which throws on bytes that are not UTF-8; both sides of a comparison are treated alike.
const decodeBytes = (text: string) =>
  text.replaceAll(/%(?:25)*([\da-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Brings a path into one form: decoded until nothing changes, in lower case, without what routers may overlook in slashes. */
export function normalizePath(path: string): string {
  let text = path
  for (let decoded = decodeBytes(text); decoded !== text; decoded = decodeBytes(text)) text = decoded
  const segments = text.toLowerCase().split(/[/\\]+/)
  return `/${segments.filter((segment) => segment !== '' && segment !== '.').join('/')}`
}

/** Takes the `..` segments of a normalized path for the way up that they may mean. */
export function resolveParents(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '') segments.push(segment)
  }
  return `/${segments.join('/')}`
}

/** Says whether a normalized path is the guarded one or lies below it. */
export function isBelow(path: string, guarded: string): boolean {
  return guarded === '/' || path === guarded || path.startsWith(`${guarded}/`)
}
