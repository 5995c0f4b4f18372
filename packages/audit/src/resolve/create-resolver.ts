import { dirname, join } from 'node:path'

import { ResolverFactory } from 'oxc-resolver'

import { createImportsReader, workspaceCandidates, type Workspace } from './find-workspaces.ts'
import { aliasCandidates, createAliasReader } from './read-path-aliases.ts'

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']

/** Finds the file of the code base that an import means. Returns null for packages that are installed, and for files that are missing. */
export type Resolve = (fromFile: string, specifier: string) => string | null

/** Creates a resolver of imports: relative paths, path aliases of `tsconfig.json`, and packages of the same code base. */
export function createResolver(workspaces: ReadonlyMap<string, Workspace>): Resolve {
  const resolver = new ResolverFactory({
    extensions,
    extensionAlias: {
      '.js': ['.ts', '.tsx', '.js', '.jsx'],
      '.mjs': ['.mts', '.mjs'],
      '.cjs': ['.cts', '.cjs'],
      '.jsx': ['.tsx', '.jsx'],
    },
    mainFiles: ['index'],
    symlinks: true,
  })
  const known = new Map<string, string | null>()

  function find(path: string): string | null {
    const cached = known.get(path)
    if (cached !== undefined) return cached
    const { path: found } = resolver.sync(dirname(path), path)
    const file = found === undefined || /[\\/]node_modules[\\/]/.test(found) || found.endsWith('.json') ? null : found
    known.set(path, file)
    return file
  }

  const first = (candidates: readonly string[]): string | null => {
    for (const candidate of candidates) {
      const found = find(candidate)
      if (found !== null) return found
    }
    return null
  }

  const findWorkspace = (specifier: string): { workspace: Workspace; subpath: string } | null => {
    const parts = specifier.split('/')
    const size = specifier.startsWith('@') ? 2 : 1
    const workspace = workspaces.get(parts.slice(0, size).join('/'))
    return workspace === undefined ? null : { workspace, subpath: parts.slice(size).join('/') }
  }

  const readAliases = createAliasReader((specifier) => {
    const found = findWorkspace(specifier)
    return found === null
      ? null
      : join(found.workspace.directory, found.subpath === '' ? 'tsconfig.json' : found.subpath)
  })

  const readImports = createImportsReader()

  return (fromFile, specifier) => {
    const [path = ''] = specifier.split('?')
    if (path.startsWith('#')) return first(readImports(fromFile, path))
    if (path.startsWith('.')) return find(join(dirname(fromFile), path))
    const aliased = first(aliasCandidates(readAliases(fromFile), path))
    if (aliased !== null) return aliased
    const found = findWorkspace(path)
    return found === null ? null : first(workspaceCandidates(found.workspace, found.subpath))
  }
}
