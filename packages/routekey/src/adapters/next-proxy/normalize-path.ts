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

/**
 * Whether a normalized path is the guarded path or below it.
 *
 * @param isAnywhere whether other segments can come before the guarded path
 */
export function isBelow(path: string, guarded: string, isAnywhere = false): boolean {
  if (isAnywhere) return guarded === '/' || `${path}/`.includes(`${guarded}/`)
  return guarded === '/' || path === guarded || path.startsWith(`${guarded}/`)
}

// What Next.js puts around the path of a page when it asks for the page's data: `/_next/data/<build>/<page>.json`, and in the App
// Router `<page>.rsc` or `<page>.segments/<segment>.segment.rsc`. It also takes `/index/<page>` for the page there.
const dataPrefixes = [/\/_next\/data\/[^/]+(?=\/)/, /\/_next\/data\/[^/]+(?:\/index)?(?=\/)/]
const localizedPrefix = /\/_next\/data\/[^/]+(?:\/index)?\/[^/]+(?=\/)/
const dataSuffix = /(?:\.json|\.rsc|\.prefetch|\.segments\/.*)+$/

/**
 * Lists the forms of a normalized path in which a router may see it: with and without what marks a request for data, and with
 * its `..` segments resolved.
 *
 * @param hasLocales whether the application has `i18n`, so that a locale comes after the prefix of data
 */
export function listPathForms(path: string, hasLocales: boolean): readonly string[] {
  const prefixes = hasLocales ? [...dataPrefixes, localizedPrefix] : dataPrefixes
  const forms = [path, ...prefixes.map((prefix) => path.replace(prefix, ''))]
  return forms.flatMap((form) => [form, form.replace(dataSuffix, '')]).flatMap((form) => [form, resolveParents(form)])
}
