import { dirname, join } from 'node:path'

import { type Data, isList, parseData, readMember } from '../parse/read-data.ts'
import { readText } from './read-file.ts'

/** A package of the code base itself. */
export interface Workspace {
  readonly directory: string
  readonly manifest: Data
}

/** Reads the packages of a code base by their names. */
export function readWorkspaces(manifests: readonly string[]): ReadonlyMap<string, Workspace> {
  const workspaces = new Map<string, Workspace>()
  for (const path of manifests) {
    const manifest = parseData(readText(path) ?? '')
    const name = readMember(manifest, 'name')
    if (typeof name === 'string' && !workspaces.has(name)) workspaces.set(name, { directory: dirname(path), manifest })
  }
  return workspaces
}

/**
 * The paths that an import of a package of the code base may mean, the best first. What a build would write is looked for in
 * the source.
 */
export function workspaceCandidates({ directory, manifest }: Workspace, subpath: string): readonly string[] {
  const key = subpath === '' ? '.' : `./${subpath}`
  const exported = matchExport(readMember(manifest, 'exports'), key)
  const main =
    subpath === '' ? [readMember(manifest, 'source'), readMember(manifest, 'module'), readMember(manifest, 'main')] : []
  const named = [...exported, ...main].filter((path) => typeof path === 'string')
  const sources = named.flatMap((path) => [path, path.replace(/^(?:\.\/)?(?:dist|build|lib|out)\//, 'src/')])
  const guesses = subpath === '' ? ['src/index', 'index'] : [subpath, `src/${subpath}`]
  return [...sources, ...guesses].map((path) => join(directory, path))
}

/** Creates a reader of the targets of `#name`, which the `imports` of the nearest `package.json` define. */
export function createImportsReader(): (file: string, specifier: string) => readonly string[] {
  const ofDirectory = new Map<string, Workspace | null>()

  function nearest(directory: string): Workspace | null {
    const known = ofDirectory.get(directory)
    if (known !== undefined) return known
    const text = readText(join(directory, 'package.json'))
    const parent = dirname(directory)
    const found =
      text === null ? (parent === directory ? null : nearest(parent)) : { directory, manifest: parseData(text) }
    ofDirectory.set(directory, found)
    return found
  }

  return (file, specifier) => {
    const own = nearest(dirname(file))
    if (own === null) return []
    const paths = matchNames(readMember(own.manifest, 'imports'), specifier)
    return paths.flatMap((path) => (typeof path === 'string' ? [join(own.directory, path)] : []))
  }
}

function matchExport(exports: Data, key: string): readonly Data[] {
  if (typeof exports === 'string' || isList(exports)) return key === '.' ? targets(exports) : []
  if (typeof exports !== 'object' || exports === null) return []
  const names = Object.keys(exports)
  if (!names.some((name) => name.startsWith('.'))) return key === '.' ? targets(exports) : []
  return matchNames(exports, key)
}

/** The targets of a name, which may match a pattern with `*`. */
function matchNames(entries: Data, key: string): readonly Data[] {
  if (typeof entries !== 'object' || entries === null || isList(entries)) return []
  const exact = readMember(entries, key)
  if (exact !== undefined) return targets(exact)
  for (const name of Object.keys(entries)) {
    const [before = '', after = ''] = name.split('*')
    if (!name.includes('*') || !key.startsWith(before) || !key.endsWith(after)) continue
    const middle = key.slice(before.length, key.length - after.length)
    return targets(readMember(entries, name)).map((target) =>
      typeof target === 'string' ? target.replaceAll('*', middle) : target,
    )
  }
  return []
}

/** The files of an entry with conditions. */
function targets(entry: Data): readonly Data[] {
  if (typeof entry === 'string') return [entry]
  if (isList(entry)) return entry.flatMap((item) => targets(item))
  if (typeof entry !== 'object' || entry === null) return []
  return ['source', 'import', 'node', 'module', 'default', 'require', 'types'].flatMap((name) =>
    targets(readMember(entry, name)),
  )
}
