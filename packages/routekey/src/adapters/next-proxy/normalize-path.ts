// A router that decodes twice reads `%2541` as `A`, so this decodes an escaped percent sign at any depth at once. It decodes byte
// by byte, because decodeURIComponent throws on bytes that are not UTF-8. Both sides of each comparison are decoded this way.
const decodeBytes = (text: string) =>
  text.replaceAll(/%(?:25)*([\da-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Normalizes a path: decodes it until nothing changes, lower-cases it, and removes empty and `.` segments. */
export function normalizePath(path: string): string {
  let text = path
  for (let decoded = decodeBytes(text); decoded !== text; decoded = decodeBytes(text)) text = decoded
  const segments = text.toLowerCase().split(/[/\\]+/)
  return `/${segments.filter((segment) => segment !== '' && segment !== '.').join('/')}`
}

/** Resolves the `..` segments of a normalized path, as some routers do. */
export function resolveParents(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '') segments.push(segment)
  }
  return `/${segments.join('/')}`
}

/** Whether a normalized path is the guarded path or below it. */
export function isBelow(path: string, guarded: string): boolean {
  return guarded === '/' || path === guarded || path.startsWith(`${guarded}/`)
}
